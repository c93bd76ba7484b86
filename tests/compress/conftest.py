"""What several tests of compression start from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest


@pytest.fixture(scope="session")
def noisy_model() -> Callable[..., Any]:
    """``noisy_model(config)`` builds a classifier of 3 classes with noise on every weight, so that no bias or norm is idle."""
    from tfbert_edge.models.heads import build_model

    def build(config: Any) -> Any:
        built = build_model(config, num_outputs=3)
        random = np.random.default_rng(2)
        built.set_weights(
            [w if w.dtype == np.int64 else w + random.normal(0, 0.2, w.shape) for w in built.get_weights()]
        )
        return built

    return build
