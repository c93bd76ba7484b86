"""Dense kernels rounded to 4 bits, as the form int4 holds them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tfbert_edge.models.quantizers import KernelQuantizer


def rounded_kernel(kernel: Any) -> Any:
    """``s * round(W / s)`` with ``s = max|W| / 7`` for each output channel: float32 ``(inputs, outputs)``, same shape."""
    return KernelQuantizer(per_channel=True, bits=4)(kernel, training=False, weights={})


def round_kernels(model: Any, names: Iterable[str]) -> None:
    """Round the kernels of the layers ``names`` of a plain float network, in place."""
    for name in names:
        kernel = model.get_layer(name).kernel
        kernel.assign(rounded_kernel(kernel))
