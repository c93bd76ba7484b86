from __future__ import annotations

import numpy as np

from tfbert_edge.compress.prune_layers import measured_loss
from tfbert_edge.data.batching import evaluation_batches
from tfbert_edge.models.parts import keep_parts
from tfbert_edge.models.presets import preset
from tfbert_edge.training.losses import make_loss


def test_network_trained_with_layer_drop_loses_less_without_a_layer(program):
    config = preset("tiny", max_position_embeddings=32)
    features = program.make_features(128)
    rise = {}
    for rate in (0.0, 0.5):
        model, *_ = program.train(dropout=0.0, examples=128, epochs=12, learning_rate=3e-3, layer_drop=rate)
        losses = []
        for layers in ([0, 1], [0], [1]):
            smaller, _ = keep_parts(model, config, layers=layers)
            batches = (batch for _, batch in evaluation_batches(features, batch_size=32))
            losses.append(measured_loss(smaller, batches, make_loss("softmax_cross_entropy")))
        assert losses[0] < 0.1
        rise[rate] = np.mean(losses[1:]) - losses[0]

    assert rise[0.5] < 0.5 * rise[0.0]
