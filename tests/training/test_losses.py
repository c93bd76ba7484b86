import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from tfbert_edge._keras import keras, tf
from tfbert_edge.errors import TrainingError
from tfbert_edge.training.losses import LOSSES, balanced_class_weights, make_loss

_RANDOM = np.random.default_rng(0)
_LOGITS = _RANDOM.normal(size=(6, 3)).astype(np.float32) * 3
_LABELS = np.array([0, 2, 1, 1, 0, 2], np.int32)


def _log_softmax(logits: np.ndarray) -> np.ndarray:
    return logits - np.log(np.exp(logits).sum(-1, keepdims=True))


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_softmax_cross_entropy_equals_keras(smoothing):
    oracle = keras.losses.CategoricalCrossentropy(
        from_logits=True, label_smoothing=smoothing, reduction="none"
    )
    loss = make_loss("softmax_cross_entropy", label_smoothing=smoothing)
    result = loss({"labels": tf.constant(_LABELS)}, tf.constant(_LOGITS))
    np.testing.assert_allclose(result, oracle(np.eye(3)[_LABELS], _LOGITS), rtol=1e-5)


def test_softmax_cross_entropy_with_class_weights_multiplies_each_example():
    weights = [0.5, 2.0, 3.0]
    loss = make_loss("softmax_cross_entropy", class_weights=weights)
    expected = [-weights[y] * _log_softmax(_LOGITS)[i, y] for i, y in enumerate(_LABELS)]
    np.testing.assert_allclose(
        loss({"labels": tf.constant(_LABELS)}, tf.constant(_LOGITS)), expected, rtol=1e-5
    )


def test_softmax_cross_entropy_of_bfloat16_logits_is_float32():
    loss = make_loss("softmax_cross_entropy")
    result = loss({"labels": tf.constant(_LABELS)}, tf.cast(_LOGITS, tf.bfloat16))
    assert result.dtype == tf.float32


def test_mean_squared_error_is_the_square_of_the_difference():
    loss = make_loss("mean_squared_error", class_weights=None, label_smoothing=0.0)
    result = loss({"labels": tf.constant([1.0, 4.0])}, tf.constant([[1.5], [1.0]]))
    np.testing.assert_allclose(result, [0.25, 9.0])


def test_pair_cosine_finds_partners_by_index_in_any_order():
    # Rows 4 and 5 are a pair at a cosine of 0.8, 0 and 1 at -1; 8 has no partner here.
    batch = {
        "index": tf.constant([5, 0, 8, 4, 1]),
        "labels": tf.constant([0.5, 0.25, 0.9, 0.5, 0.25]),
    }
    outputs = tf.constant([[0.0, 9.0], [1.0, 1.0], [1.0, 0.0], [3.0, 4.0], [-2.0, -2.0]])

    result = make_loss("pair_cosine")(batch, outputs)

    np.testing.assert_allclose(result, [0.09, 1.5625, 0.0, 0.09, 1.5625], rtol=1e-5)


def test_pair_cosine_of_a_vector_of_zeros_has_finite_gradients():
    outputs = tf.constant([[0.0, 0.0], [1.0, 2.0]])
    with tf.GradientTape() as tape:
        tape.watch(outputs)
        loss = make_loss("pair_cosine")(
            {"index": tf.constant([0, 1]), "labels": tf.constant([1.0, 1.0])}, outputs
        )

    assert np.isfinite(tape.gradient(loss, outputs)).all()


def test_balanced_class_weights_equal_scikit_learn():
    labels = np.array([0, 0, 0, 1, 2, 2])
    expected = compute_class_weight("balanced", classes=np.arange(3), y=labels)
    np.testing.assert_allclose(balanced_class_weights(labels, 3), expected)


def test_balanced_class_weights_without_examples_of_a_class_names_it():
    with pytest.raises(TrainingError, match="none of class 1"):
        balanced_class_weights(np.array([0, 2]), 3)


def test_make_loss_unknown_or_with_a_foreign_setting_lists_what_there_is():
    with pytest.raises(TrainingError, match=", ".join(LOSSES)):
        make_loss("hinge")
    with pytest.raises(TrainingError, match="has no setting label_smoothing"):
        make_loss("mean_squared_error", label_smoothing=0.1)


def test_token_cross_entropy_averages_over_the_pieces_with_a_label():
    logits = np.array(
        [[[2.0, 0.0], [0.0, 1.0], [5.0, 5.0]], [[1.0, 1.0], [0.0, 0.0], [0.0, 0.0]]], np.float32
    )
    labels = np.array([[0, 1, -1], [-1, -1, -1]], np.int32)
    found = make_loss("token_cross_entropy")({"labels": tf.constant(labels)}, tf.constant(logits)).numpy()
    expected = (np.log(1 + np.exp(-2.0)) + np.log(1 + np.exp(-1.0))) / 2
    assert found == pytest.approx([expected, 0.0], rel=1e-6)


def test_token_cross_entropy_smooths_as_that_of_texts_does():
    logits, labels = np.array([[[2.0, 0.0, 1.0]]], np.float32), np.array([[0]], np.int32)
    found = make_loss("token_cross_entropy", label_smoothing=0.3)(
        {"labels": tf.constant(labels)}, tf.constant(logits)
    )
    log = logits[0, 0] - np.log(np.exp(logits[0, 0]).sum())
    assert found.numpy() == pytest.approx([-(np.array([0.8, 0.1, 0.1]) @ log)], rel=1e-6)


def test_span_cross_entropy_is_over_the_real_pieces():
    logits = np.zeros((1, 4, 2), np.float32)
    logits[0, :, 0] = [1.0, 2.0, 3.0, 50.0]  # the last is padding
    batch = {"labels": tf.constant([[1, 2]]), "attention_mask": tf.constant([[1, 1, 1, 0]])}
    found = make_loss("span_cross_entropy")(batch, tf.constant(logits)).numpy()
    start = np.log(np.exp([1.0, 2.0, 3.0]).sum()) - 2.0
    assert found == pytest.approx([(start + np.log(3.0)) / 2], rel=1e-5)


def test_sigmoid_cross_entropy_is_the_mean_over_labels():
    logits = np.array([[0.0, 2.0]], np.float32)
    expected = (np.log(2.0) + np.log(1 + np.exp(-2.0))) / 2
    loss = make_loss("sigmoid_cross_entropy")
    assert loss({"labels": tf.constant([[0.0, 1.0]])}, tf.constant(logits)).numpy() == pytest.approx(
        [expected]
    )


def test_sentence_cross_entropy_is_that_of_the_mean_logit_of_each_sentences_pieces():
    # Two sentences of means 0 and 2, one of mean -1; what is padded has no part in them.
    pieces = np.array([[1.0, -1.0, 5.0, 1.0, 0.0, 9.0], [-3.0, 2.0, -2.0, 9.0, 9.0, 9.0]], np.float32)
    batch = {
        "labels": tf.constant([[0, -1, 1, -1, -1, -1], [1, -1, -1, -1, -1, -1]]),
        "attention_mask": tf.constant([[1, 1, 1, 1, 1, 0], [1, 1, 1, 0, 0, 0]]),
    }
    expected = [(np.log(2.0) + np.log(1 + np.exp(-2.0))) / 2, np.log(1 + np.exp(1.0))]

    found = make_loss("sentence_cross_entropy")(batch, tf.constant(pieces[..., np.newaxis])).numpy()

    assert found == pytest.approx(expected)
