"""Remove the attention heads that matter least (Michel et al. 2019, "Are sixteen heads really better than one?").

    I_h = E_x | sum(Att_h(x) * dL/dAtt_h(x)) |      (eq. 2), divided by each layer's length over its heads (section 4.1)

The heads of all layers compete, so layers may keep different numbers; each keeps at least one. Removal goes in rounds, and
importance is measured anew before each (the paper removes a tenth at a time). The heads are gone from the matrices
afterwards: the network is smaller and dense.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from tfbert_edge.compress.importance import HEADS, most_important, normalized, taylor_importance
from tfbert_edge.models.config import EncoderConfig
from tfbert_edge.models.parts import keep_parts
from tfbert_edge.training.losses import Loss


def prune_heads(
    model: Any,
    config: EncoderConfig,
    *,
    amount: float,
    rounds: int,
    batches: Callable[[], Iterable[Mapping[str, np.ndarray]]],
    loss: Loss,
    head: str = "classification",
) -> tuple[Any, EncoderConfig]:
    """Return a network without a share ``amount`` of the heads, and its configuration.

    Args:
        model: int32 ``(b, n)`` inputs -> logits; unchanged.
        amount: in (0, 1), of the heads that ``model`` has; rounded, and one head of each layer stays.
        rounds: in how many steps the heads go.
        batches: returns labelled batches, the same each time it is called.
        loss: see :mod:`tfbert_edge.training.losses`.
    """
    total = sum(config.num_heads)
    for done in range(1, rounds + 1):
        importance = normalized(taylor_importance(model, batches(), loss, part=HEADS))
        kept = most_important(importance, total - round(total * amount * done / rounds))
        model, config = keep_parts(model, config, heads=kept, head=head)
    return model, config
