import gc
import weakref

import numpy as np
import pytest

from tfbert_edge.data.features import Features
from tfbert_edge.errors import TrainingError
from tfbert_edge.training.evaluation import forward, predict


def test_predict_returns_each_examples_outputs_in_order_and_traces_once(program):
    model = program.make_model()
    features = program.make_features(23)
    outputs = predict(model, features, batch_size=4)
    assert outputs.shape == (23, 2) and outputs.dtype == np.float32
    for index, ids in enumerate(features.input_ids):  # one by one, without padding
        row = ids[np.newaxis]
        alone = model([row, np.zeros_like(row), np.ones_like(row)], training=False)[0]
        np.testing.assert_allclose(outputs[index], alone, atol=1e-5)
    predict(model, features, batch_size=3)
    assert forward(model).experimental_get_tracing_count() == 1


def test_predict_of_nothing_is_an_error(program):
    with pytest.raises(TrainingError, match="at least one example"):
        predict(program.make_model(), Features([], [], np.zeros(0, np.int32)), batch_size=4)


def test_forward_does_not_keep_its_model_alive(program):
    model = program.make_model()
    predict(model, program.make_features(2))
    reference = weakref.ref(model)
    del model
    gc.collect()
    assert reference() is None
