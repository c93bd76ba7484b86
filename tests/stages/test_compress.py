"""Which compression steps run again: those for which something they depend on is another than when they ran."""

from __future__ import annotations

import shutil
from types import SimpleNamespace

import pytest

from tfbert_edge.errors import CompressionError
from tfbert_edge.recipe import load_recipe
from tfbert_edge.stages import compress
from tfbert_edge.stages.run import Run

PRUNE = "{method: prune_layers, keep: 1}"
PLAN = "{method: mixed_precision, int4_share: 0.5}"
QUANTIZE = "{method: quantize_aware}"


@pytest.fixture
def ran(tmp_path, tiny_bert_folder, monkeypatch):
    """``ran(steps, *overrides)``: the methods that the stage runs, on a tiny BERT, by steps that do nothing but that."""
    shutil.copytree(tiny_bert_folder, tmp_path / "run" / "train" / "model")

    def stage(steps, *overrides):
        recipe = load_recipe("rotten-tomatoes", [f"compress=[{', '.join(steps)}]", *overrides])
        console = SimpleNamespace(say=lambda line: None)
        found = []
        monkeypatch.setattr(compress, "_work", lambda method: lambda *_: found.append(method) or {})
        monkeypatch.setattr(compress, "check_inputs", lambda run, first: None)
        compress.compress_stage(Run(tmp_path / "run", recipe, None, console))
        return found

    return stage


@pytest.fixture
def taught(tmp_path):
    """A step that reads another teacher and unlabelled texts; and the files of both."""
    weights, texts = tmp_path / "other" / "model.safetensors", tmp_path / "texts.txt"
    weights.parent.mkdir()
    (weights.parent / "config.json").write_text("{}")
    for path in (weights, texts):
        path.write_text("before")
    step = f"{{method: distill_outputs, teachers: ['{weights.parent}'], unlabelled: {{path: '{texts}'}}}}"
    return step, weights, texts


@pytest.mark.parametrize("which", [0, 1], ids=["teacher", "texts"])
def test_step_runs_again_with_those_after_it_when_a_file_it_reads_has_changed(which, ran, taught):
    step, *files = taught
    steps = [PRUNE, step, QUANTIZE]
    assert ran(steps) == ["prune_layers", "distill_outputs", "quantize_aware"]
    assert ran(steps) == []

    files[which].write_text("after")

    assert ran(steps) == ["distill_outputs", "quantize_aware"]


def test_finished_step_whose_teacher_is_gone_is_kept_and_says_so(ran, taught, tmp_path):
    step, weights, _ = taught
    ran([PRUNE, step])
    weights.unlink()

    with pytest.raises(
        CompressionError, match=r"compress\.1\.teachers: .* must be the folder of a trained run"
    ):
        ran([PRUNE, step])

    assert (tmp_path / "run" / "compress" / "02-distill_outputs" / "figures.json").is_file()


def test_plan_of_bytes_runs_again_for_another_length_and_other_steps_do_not(ran):
    form, other = "export.forms=[int8, int4]", "export.sequence_length=32"
    steps = [PRUNE, PLAN, QUANTIZE]
    ran(steps, form)

    assert ran(steps, form) == []
    assert ran(steps, form, other) == ["mixed_precision", "quantize_aware"]


@pytest.mark.parametrize("changed", ["seed=5", "data.calibration_examples=9"])
def test_all_steps_run_again_with_another_draw(changed, ran):
    ran([PRUNE, QUANTIZE])

    assert ran([PRUNE, QUANTIZE], changed) == ["prune_layers", "quantize_aware"]
