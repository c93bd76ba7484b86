"""Quantization-aware training with TF-MOT, the float network as teacher.

Jacob et al. 2018, section 3: the forward pass rounds weights and activations as the integer kernels will, the backward pass
goes straight through the rounding. Weights keep their own maximum as range; activation ranges start from calibration and
are trained (as in Bhalgat et al. 2020, "LSQ+"), see :mod:`tfbert_edge.models.quantizers`. The teacher is the network before
quantization, with its weights as they were (Mishra and Marr 2018, scheme C):

    L = task_weight * task(y, z) + distill_weight * T^2 * KL(softmax(z_t / T) || softmax(z / T))
        + hidden_weight * mean_l ||H_l - H_l,t||^2 / ||H_l,t||^2

over real tokens, H_l being the output of layer l, without the norm's beta where that is folded away. Other kinds of outputs
have other distances in place of KL, see :mod:`tfbert_edge.compress.output_distance`.
The student is folded (:mod:`tfbert_edge.models.fold`); in the weights that it leaves, factors are apart again, and betas are 0,
being in the biases.
In bfloat16, Dense layers multiply in it and all else is float32, see :mod:`tfbert_edge.models.bfloat16_dense`.
Dropout is off: its noise would widen what the ranges have to cover. Pruned weights stay zero.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tfbert_edge._keras import keras, tf
from tfbert_edge.compress.keep_zeros import keep_zeros
from tfbert_edge.compress.output_distance import output_distance
from tfbert_edge.models.fold import folded, rescaled
from tfbert_edge.models.heads import layer_outputs
from tfbert_edge.models.quantization import (
    PREFIX,
    Ranges,
    assign_ranges,
    copy_weights,
    fake_quantize,
    range_widths,
    read_ranges,
)
from tfbert_edge.models.sharing import tied_variables
from tfbert_edge.training.loop import Batches, History, fine_tune, updates_per_epoch
from tfbert_edge.training.losses import Loss
from tfbert_edge.training.optimizer import AdamW
from tfbert_edge.training.schedules import make_schedule


@dataclass(frozen=True)
class QuantizeAwareSettings:
    """The weights of the loss's terms, and how fast weights and ranges move.

    ``range_learning_rate`` is the share of a range's width, as it was at the start, by which a bound moves in a step.
    """

    epochs: int = 1
    learning_rate: float = 2e-5
    range_learning_rate: float = 1e-3
    warmup_ratio: float = 0.1
    weight_decay: float = 0.0
    task_weight: float = 0.0
    distill_weight: float = 1.0
    hidden_weight: float = 1.0
    temperature: float = 1.0


def quantize_aware(
    model: Any,
    *,
    ranges: Ranges,
    batches: Batches,
    task_loss: Loss,
    distance: str,
    settings: QuantizeAwareSettings,
    teacher: Any = None,
    int4: Collection[str] = (),
    precision: str = "float32",
    layer_groups: Sequence[int] | None = None,
    **training: Any,
) -> tuple[Ranges, History]:
    """Train a fake-quantized copy of ``model`` and put its weights back into ``model``; returns its ranges and history.

    Args:
        model: the float network, without dropout (rates 0): int32 ids, segments, mask ``(b, n)`` -> logits. Changed in place.
        ranges: where the activation ranges start, of :func:`tfbert_edge.models.ranges.estimate_ranges`.
        batches: the training data.
        task_loss: see :mod:`tfbert_edge.training.losses`.
        distance: how far outputs are apart, a key of :data:`tfbert_edge.compress.output_distance.DISTANCES`.
        settings: see there.
        teacher: the network before quantization where it is another one, such as ``model`` in bfloat16; None: ``model``.
        int4: the Dense layers whose kernels are rounded to 4 bits, not 8.
        precision: in which numbers Dense layers multiply, ``float32`` or ``bfloat16``; all else is float32.
        layer_groups: the number of each layer's group, where layers share weights; they keep doing so.
        training: passed to :func:`tfbert_edge.training.loop.fine_tune` (``folder``, ``resume``, ``seed``, ``on_progress``).
    """
    student = fake_quantize(model, int4=int4, precision=precision)
    assign_ranges(student, ranges)
    both = keras.Model(student.inputs, [student.output, *layer_outputs(student)], name="student")
    steps = updates_per_epoch(batches) * settings.epochs
    schedule = make_schedule(
        "linear", learning_rate=settings.learning_rate, total_steps=steps, warmup_ratio=settings.warmup_ratio
    )
    # No clipping of the joint norm: a range's gradient is a sum over all that it clips and would drown the weights'.
    optimizer = AdamW(schedule, max_gradient_norm=None, weight_decay=settings.weight_decay, epsilon=1e-8)
    # Adam's steps do not shrink with the weights that a factor is folded into, so their rate has to.
    scales = {
        variable.ref(): factor
        for name, factor in rescaled(model).items()
        for variable in student.get_layer(f"{PREFIX}{name}").trainable_variables
    }
    variables = list({variable.ref(): variable for variable in both.trainable_variables}.values())
    # Adam's steps do not shrink with a range either, and widths lie between thousandths (variances) and dozens (scores).
    faster = settings.range_learning_rate / settings.learning_rate
    scales |= {bound: faster * width for bound, width in range_widths(student).items()}
    optimizer.build_for(variables, [scales.get(variable.ref(), 1.0) for variable in variables])
    history = fine_tune(
        both,
        loss=distillation_loss(
            model if teacher is None else teacher, task_loss, distance=distance, settings=settings
        ),
        batches=batches,
        optimizer=optimizer,
        epochs=settings.epochs,
        settings={"quantize_aware": vars(settings), "int4": sorted(int4), "precision": precision},
        hooks=keep_zeros(both),
        ties=tied_variables(student, layer_groups),
        **training,
    )
    copy_weights(student, model)
    return read_ranges(student), history


def distillation_loss(
    teacher: Any, task_loss: Loss, *, distance: str, settings: QuantizeAwareSettings
) -> Loss:
    """Return the loss above for a student whose outputs are its logits and each layer's hidden state.

    ``teacher`` is a float network of the same inputs, which is folded here as the student is; it is run on every batch and gets
    no gradient.
    """
    teacher = folded(teacher)
    reference = keras.Model(teacher.inputs, [teacher.output, *layer_outputs(teacher)], name="teacher")
    # Its variables are the ones that training ends by changing, not before: the student has copies.
    reference.trainable = False

    def loss(batch: Mapping[str, Any], outputs: Any) -> Any:
        expected = reference([batch[name] for name in reference.input_names], training=False)
        expected = [tf.stop_gradient(tf.cast(tensor, tf.float32)) for tensor in expected]
        logits, *hidden = outputs
        total = 0.0
        if settings.task_weight:
            hard = task_loss(batch, logits)
            total = settings.task_weight * (hard * batch["labelled"] if "labelled" in batch else hard)
        if settings.distill_weight:
            apart = output_distance(distance, logits, expected[0], batch, settings.temperature)
            total += settings.distill_weight * apart
        if settings.hidden_weight:
            mask = tf.cast(batch["attention_mask"], tf.float32)[:, :, tf.newaxis]
            distances = [
                relative_distance(ours, theirs, mask)
                for ours, theirs in zip(hidden, expected[1:], strict=True)
            ]
            total += settings.hidden_weight * tf.add_n(distances) / len(distances)
        return total

    return loss


def relative_distance(hidden: Any, teacher_hidden: Any, mask: Any) -> Any:
    """``||H - H_t||^2 / ||H_t||^2`` over real tokens: float ``(b, n, h)`` twice, mask ``(b, n, 1)`` -> ``(b,)``."""
    mask = mask[:, : tf.shape(hidden)[1]]  # of a layer that computes the first token alone, the first
    difference = tf.reduce_sum(tf.square(hidden - teacher_hidden) * mask, axis=(1, 2))
    return difference / tf.maximum(tf.reduce_sum(tf.square(teacher_hidden) * mask, axis=(1, 2)), 1e-12)
