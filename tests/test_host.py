"""The machine as ``doctor`` and run.json describe it."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import numpy as np
import pytest

from tfbert_edge.host import describe_host, describe_versions

NUMPY_NAMES = {"avx2": "AVX2", "fma": "FMA3", "avx512f": "AVX512F", "asimd": "ASIMD", "asimddp": "ASIMDDP"}


@pytest.mark.skipif(platform.system() != "Linux", reason="the processor's features are read from /proc")
def test_describe_host_finds_the_cpu_features_that_numpy_detects():
    flags = describe_host()["flags"]
    detected = np._core._multiarray_umath.__cpu_features__

    assert {name: name in flags for name in NUMPY_NAMES} == {
        name: bool(detected.get(other)) for name, other in NUMPY_NAMES.items()
    }


@pytest.mark.skipif(not Path("/proc/meminfo").is_file(), reason="the oracle is /proc/meminfo")
def test_describe_host_memory_and_cores_are_the_systems():
    host = describe_host()
    (total,) = [
        line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal")
    ]

    assert host["memory_gib"] == pytest.approx(int(total.split()[1]) / 2**20, abs=0.06)
    assert host["cores"] == len(os.sched_getaffinity(0))


def test_describe_versions_are_those_the_packages_say():
    import pydantic
    import yaml

    found = describe_versions()

    assert found["numpy"] == np.__version__
    assert found["pydantic"] == pydantic.VERSION
    assert found["PyYAML"] == yaml.__version__
    assert found["python"] == platform.python_version()
