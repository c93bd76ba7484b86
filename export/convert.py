"""Keras model -> .tflite, one small function a form.

| form    | weights          | activations                                         |
|---------|------------------|-----------------------------------------------------|
| float32 | float32          | float32                                             |
| float16 | float16          | float32                                             |
| dynamic | int8             | float32, made int8 as each layer runs               |
| int8    | int8             | int8, ranges from the model's own fake quantization |
| int4    | int8, some int4  | as int8                                             |
| int16x8 | int8             | int16, ranges from calibration examples             |
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from export.freeze import INPUT_NAMES, OUTPUT_NAMES, freeze
from export.int4 import narrow_weights
from export.int16 import quantize_int16x8
from export.rewrite import pack, unpack
from tfbert_edge._keras import tf
from tfbert_edge.errors import ConversionError, TfbertEdgeError
from tfbert_edge.models.wide_norms import root_limits, with_wide_norms

Calibration = Iterable[Mapping[str, np.ndarray]]
"""Examples as int32 arrays (1, n) named input_ids, token_type_ids, attention_mask."""


def convert(
    model: Any,
    form: str,
    *,
    sequence_length: int,
    output_activation: str,
    calibration: Calibration | None = None,
    int4_layers: Collection[str] = (),
    output_names: Sequence[str] = OUTPUT_NAMES,
) -> bytes:
    """Convert a network (logits from input_ids, token_type_ids, attention_mask) into a .tflite file's bytes.

    The file's inputs are int32 (1, sequence_length) named ids, segment_ids, mask in this order, its outputs are those of
    :func:`export.freeze.freeze`. ``int8`` and ``int4`` want a fake-quantized model; ``int16x8`` wants ``calibration``.

    The kernels of the Dense layers in ``int4_layers`` are rounded to 4 bits already; ``int4`` stores two of their values in a
    byte, ``int8`` one, so that both files give the same answers to the bit. The other forms take them as they are.

    Raises:
        ConversionError: a form that is not known or cannot be had for this model, with the reason.
    """
    if form not in FORMS:
        raise ConversionError(f"form must be one of {', '.join(FORMS)}; it is '{form}'. Set export.forms.")
    if form == "int4" and not int4_layers:
        raise ConversionError(
            "the form int4 needs layers whose kernels have 4 bits: put the step mixed_precision into compress."
        )
    examples = list(calibration or ())
    if form == "int16x8":
        model = with_wide_norms(model, root_limits(model, examples))
    frozen = freeze(
        model,
        sequence_length=sequence_length,
        output_activation=output_activation,
        output_names=output_names,
    )
    try:
        content = FORMS[form](frozen, examples)
    except TfbertEdgeError:
        raise
    except Exception as error:  # converters raise what they like; the user needs the form and the reason
        raise ConversionError(f"the form {form} cannot be had for this model: {_one_line(error)}") from error
    if form in ("int8", "int4") and int4_layers:
        return narrow_weights(content, int4_layers, packed=form == "int4")
    return content


def _float32(frozen: Any, calibration: Calibration) -> bytes:
    return _named(_converter(frozen).convert(), frozen.output_names)


def _float16(frozen: Any, calibration: Calibration) -> bytes:
    converter = _converter(frozen)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]
    return _named(converter.convert(), frozen.output_names)


def _dynamic(frozen: Any, calibration: Calibration) -> bytes:
    converter = _converter(frozen)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    return _named(converter.convert(), frozen.output_names)


def _int8(frozen: Any, calibration: Calibration) -> bytes:
    # The ranges are in the model, as fake quantization; a representative dataset would overrule them. The
    # input type stays unset: asked for int32, the converter refuses, and unset it leaves ids int32.
    converter = _converter(frozen)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.inference_output_type = tf.uint8
    return _named(converter.convert(), frozen.output_names)


def _int16x8(frozen: Any, calibration: Calibration) -> bytes:
    return quantize_int16x8(_float32(frozen, ()), calibration)


FORMS: dict[str, Callable[[Any, Calibration], bytes]] = {
    "float32": _float32,
    "float16": _float16,
    "dynamic": _dynamic,
    "int8": _int8,
    "int4": _int8,
    "int16x8": _int16x8,
}


def _converter(frozen: Any) -> Any:
    # Given the Keras model, the converter saves and loads all its layers and their training functions first,
    # which takes seven times as long as the conversion; given one traced function and the variables, it saves
    # just these.
    holder = tf.Module()
    holder.weights = frozen.variables
    specs = [
        tf.TensorSpec(tensor.shape, tensor.dtype, name=name)
        for name, tensor in zip(INPUT_NAMES, frozen.inputs, strict=True)
    ]
    names = frozen.output_names

    def named(*inputs: Any) -> dict[str, Any]:
        outputs = frozen(list(inputs), training=False)
        return dict(zip(names, outputs if len(names) > 1 else [outputs], strict=True))

    traced = tf.function(named, autograph=False).get_concrete_function(*specs)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([traced], holder)
    # Builtins alone: an operator without one is an error here, never a flex operator in the file.
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    return converter


def _named(content: bytes, output_names: Sequence[str]) -> bytes:
    """Name the first subgraph's inputs and outputs plainly, and put them in the order of INPUT_NAMES and ``output_names``.

    The converter calls them serving_default_ids:0 and the like, and orders them as it pleases.
    """
    model = unpack(content)
    subgraph = model.subgraphs[0]
    signature = model.signatureDefs[0]
    index = {entry.name.decode(): entry.tensorIndex for entry in signature.inputs}
    subgraph.inputs = np.array([index[name] for name in INPUT_NAMES], np.int32)
    for name in INPUT_NAMES:
        subgraph.tensors[index[name]].name = name.encode()
    outputs = {entry.name.decode(): entry.tensorIndex for entry in signature.outputs}
    subgraph.outputs = np.array([outputs[name] for name in output_names], np.int32)
    for name in output_names:
        subgraph.tensors[outputs[name]].name = name.encode()
    return pack(model)


def _one_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    telling = [line for line in lines if "error:" in line]
    return f"{type(error).__name__}: {(telling or lines or ['no reason given'])[0]}"
