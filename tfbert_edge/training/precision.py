"""In which numbers the network computes: float32, or bfloat16 with float32 variables where the hardware has
it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tfbert_edge._keras import keras, tf
from tfbert_edge.errors import TrainingError

POLICIES = {"float32": "float32", "bfloat16": "mixed_bfloat16"}
_CPU_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})
_GPU_CAPABILITY = (8, 0)  # Ampere, the first generation with bfloat16


def cpu_flags(path: Path = Path("/proc/cpuinfo")) -> frozenset[str]:
    """Return the processor's feature flags as Linux names them; empty where there is no such file."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return frozenset()
    for line in lines:
        name, _, value = line.partition(":")
        if name.strip() in ("flags", "Features"):
            return frozenset(value.split())
    return frozenset()


def has_bfloat16() -> bool:
    """Whether the device that trains computes in bfloat16: TPU, GPU of capability 8, else the CPU's flags."""
    if tf.config.list_logical_devices("TPU"):
        return True
    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
        return all(detail.get("compute_capability", (0, 0)) >= _GPU_CAPABILITY for detail in details)
    return bool(_CPU_FLAGS & cpu_flags())


def resolve_precision(name: str = "auto", *, on_warning: Callable[[str], None] | None = None) -> str:
    """Return ``float32`` or ``bfloat16`` for ``auto``, ``float32`` or ``bfloat16``.

    bfloat16 on hardware without it works, slowly; ``on_warning`` is then told so.

    Raises:
        TrainingError: another name.
    """
    if name == "auto":
        return "bfloat16" if has_bfloat16() else "float32"
    if name not in POLICIES:
        raise TrainingError(
            f"precision must be one of auto, {', '.join(POLICIES)}, was '{name}'. Choose one of these."
        )
    if name == "bfloat16" and on_warning is not None and not has_bfloat16():
        on_warning(
            "precision is bfloat16, but this hardware has no bfloat16 arithmetic, so it is emulated and "
            "slow. "
            "Set training.precision to auto or float32."
        )
    return name


@contextmanager
def precision(name: str) -> Iterator[str]:
    """Build layers in ``name`` (of :func:`resolve_precision`) inside; then restore the former policy."""
    former = keras.mixed_precision.global_policy()
    keras.mixed_precision.set_global_policy(POLICIES[name])
    try:
        yield POLICIES[name]
    finally:
        keras.mixed_precision.set_global_policy(former)
