from __future__ import annotations

import numpy as np
import pytest

from tfbert_edge._keras import tf
from tfbert_edge.training.adversarial import AdversarialGradients, worst_change
from tfbert_edge.training.losses import make_loss

STRENGTH = 0.3


@pytest.fixture
def model(program):
    built = program.make_model(dropout=0.0)
    # Large enough for the loss to bend: the gradient at the change then differs from the clean one.
    for variable in built.trainable_variables:
        if variable.name.endswith("kernel:0"):
            variable.assign(variable * 5.0)
    return built


def one_example() -> dict[str, np.ndarray]:
    """Pieces that do not repeat, so that a change of a word is a change of its row in the table; two are padding."""
    ids = np.array([[2, 40, 11, 77, 23, 3, 0, 0]], np.int32)
    mask = np.array([[1, 1, 1, 1, 1, 1, 0, 0]], np.int32)
    return {"input_ids": ids, "token_type_ids": np.zeros_like(ids), "attention_mask": mask}


def loss_and_gradients(model, batch, label):
    with tf.GradientTape() as tape:
        logits = model(list(batch.values()), training=True)
        loss = make_loss("softmax_cross_entropy")({"labels": tf.constant([label])}, logits)[0]
    return float(loss), [tf.convert_to_tensor(g) for g in tape.gradient(loss, model.trainable_variables)]


def test_worst_change_has_the_slopes_direction_and_a_share_of_the_words_length():
    random = np.random.default_rng(0)
    words, slope = random.normal(size=(2, 3, 4, 5)).astype(np.float32)
    mask = np.array([[1, 1, 1, 1], [1, 1, 0, 0], [1, 1, 1, 0]])
    slope[2] = 0.0  # an example of weight 0

    found = worst_change(tf.constant(words), tf.constant(slope), tf.constant(mask), STRENGTH).numpy()

    for row in range(2):
        real = mask[row] == 1
        s, g = words[row][real].ravel(), slope[row][real].ravel()
        expected = STRENGTH * np.linalg.norm(s) * g / np.linalg.norm(g)
        np.testing.assert_allclose(found[row][real].ravel(), expected, rtol=1e-5)
        assert not found[row][~real].any()
    assert not found[2].any()


def test_adversarial_gradients_are_the_mean_of_those_at_the_table_and_at_the_changed_table(model):
    batch, label = one_example(), 1
    inputs = [tf.constant(array) for array in batch.values()]
    table = next(v for v in model.trainable_variables if v.name == "embeddings.word/embeddings:0")
    clean_loss, clean = loss_and_gradients(model, batch, label)
    before, slope = table.numpy(), clean[[v is table for v in model.trainable_variables].index(True)].numpy()
    rows = batch["input_ids"][batch["attention_mask"] == 1]
    change = np.zeros_like(before)
    change[rows] = STRENGTH * np.linalg.norm(before[rows]) * slope[rows] / np.linalg.norm(slope[rows])
    table.assign(before + change)
    changed_loss, changed = loss_and_gradients(model, batch, label)
    table.assign(before)

    def loss_sum(logits):
        return tf.reduce_sum(make_loss("softmax_cross_entropy")({"labels": tf.constant([label])}, logits))

    found, loss = AdversarialGradients(model, STRENGTH)(
        inputs, inputs[2], loss_sum, model.trainable_variables
    )

    assert float(loss) == pytest.approx(clean_loss, rel=1e-5)
    assert changed_loss > clean_loss * 1.05
    for variable, gradient, one, other in zip(model.trainable_variables, found, clean, changed, strict=True):
        expected = 0.5 * (one.numpy() + other.numpy())
        size = np.abs(expected).max()
        np.testing.assert_allclose(
            gradient.numpy(), expected, rtol=0, atol=1e-4 * size + 1e-7, err_msg=variable.name
        )
    assert any(
        np.abs(o.numpy() - c.numpy()).max() > 0.05 * np.abs(c.numpy()).max()
        for o, c in zip(changed, clean, strict=True)
    )


def test_adversarial_training_makes_the_loss_rise_less_at_the_worst_change(program):
    """Two models of the same seed and data: the one trained on changes withstands them better."""
    losses = {}
    for strength in (0.0, 0.3):
        model, _, _ = program.train(
            dropout=0.0, examples=128, epochs=12, learning_rate=3e-3, adversarial=strength
        )
        data = program.make_features(128)
        batch = {name: tf.constant(array) for name, array in data.padded(32).items()}
        inputs = [batch[name] for name in model.input_names]

        def loss(logits, labels=data.labels):
            return tf.reduce_sum(make_loss("softmax_cross_entropy")({"labels": tf.constant(labels)}, logits))

        gradients = AdversarialGradients(model, 0.3)
        words = gradients._lower(inputs)
        with tf.GradientTape() as tape:
            tape.watch(words)
            clean = loss(gradients._upper([words, *inputs]))
        change = worst_change(words, tape.gradient(clean, words), batch["attention_mask"], 0.3)
        losses[strength] = float(loss(gradients._upper([words + change, *inputs]))) - float(clean)

    assert losses[0.3] < 0.8 * losses[0.0]
