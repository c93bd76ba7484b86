from __future__ import annotations

from tfbert_edge.report import forms_table, tables
from tfbert_edge.report.operators_table import operators_tables
from tfbert_edge.report.recipe_table import recipe_table


def test_forms_table_five_forms_shows_each_figure_in_its_unit(run):
    table = forms_table(run)
    assert table.columns == [
        "Form", "Accuracy", "Change (points)", "Agreement", "Size (MiB)", "p50 ms, 1 thread", "p90 ms, 1 thread",
        "p50 ms, 2 threads", "p90 ms, 2 threads", "Peak memory (MiB)", "Integer-only",
    ]  # fmt: skip
    assert [row[0] for row in table.rows] == ["Keras", "float32", "float16", "dynamic", "int8", "int16x8"]
    # 835 of 1000 right, 845 in Keras; 16,252,928 bytes are 15.5 * 2**20; 5.8 ms * 1.1, * 0.6, * 0.66
    assert table.rows[4] == [
        "int8", "0.8350", "-1.00", "98.10%", "15.50", "5.80", "6.38", "3.48", "3.83", "86", "yes",
    ]  # fmt: skip
    assert table.rows[0][:2] == ["Keras", "0.8450"]
    assert table.rows[1][-1] == "no"
    assert table.strong == {4}


def test_forms_table_text_lines_up_for_a_terminal(run):
    lines = forms_table(run, brief=True).text().splitlines()
    assert [line.split() for line in lines[:2]] == [
        ["Change", "Size", "p50", "ms,", "p90", "ms,", "Integer-"],
        ["Form", "Accuracy", "(points)", "Agreement", "(MiB)", "1", "thread", "1", "thread", "only"],
    ]
    assert lines[6].split() == ["int8", "0.8350", "-1.00", "98.10%", "15.50", "5.80", "6.38", "yes"]
    end = lines[1].index("Accuracy") + len("Accuracy")
    assert [line[end - 6 : end] for line in lines[2:]] == [
        "0.8450", "0.8450", "0.8450", "0.8410", "0.8350", "0.8440",
    ]  # fmt: skip
    assert lines[0].index("Change") + 6 == lines[1].index("(points)") + 8
    assert max(map(len, lines)) < 80


def test_forms_table_bundled_form_is_the_one_that_stands_out(run):
    run["stages"]["bundle"] = {"form": "dynamic"}
    table = forms_table(run)
    assert [table.rows[index][0] for index in table.strong] == ["dynamic"]


def test_forms_table_nothing_validated_is_empty_and_figures_missing_are_dashes(run):
    int8 = run["stages"]["validate"]["forms"]["int8"]
    int8["latency"], int8["peak_memory_mib"] = {}, None
    int8["metrics"]["accuracy"] = None
    row = forms_table(run).rows[4]
    assert row == ["int8", "–", "–", "98.10%", "15.50", "–", "–", "–", "–", "–", "yes"]  # noqa: RUF001
    del run["stages"]["validate"]
    assert forms_table(run).rows == []


def test_forms_table_zipped_sizes_and_zeros_stand_beside_the_plain_size_where_the_export_knows_them(run):
    exported = run["stages"]["export"]["forms"]
    for figures in exported.values():
        figures.update(zipped_bytes=8_126_464, sparsity=0.0131)  # 7.75 * 2**20
    table = forms_table(run)

    assert table.columns[4:7] == ["Size (MiB)", "Zipped (MiB)", "p50 ms, 1 thread"]
    assert table.rows[4][4:7] == ["15.50", "7.75", "5.80"]
    assert "Zipped" in table.note and "Zeros" not in table.note

    exported["int8"]["sparsity"] = 0.5049
    table = forms_table(run)
    assert table.columns[4:8] == ["Size (MiB)", "Zipped (MiB)", "Zeros", "p50 ms, 1 thread"]
    assert [row[6] for row in table.rows[3:5]] == ["1.3%", "50.5%"]
    assert "Zeros" in table.note
    assert "Zipped (MiB)" not in forms_table(run, brief=True).columns


def test_gates_table_failed_gate_stands_out(run):
    table = tables.gates_table(run)
    assert table.rows == [
        ["max_accuracy_drop", "int8", "≤ 2 points", "1 points", "passed"],
        ["max_size_mib", "int8", "≤ 15 MiB", "15.5 MiB", "FAILED"],
        ["min_agreement", "int8", "≥ 0.97", "0.981", "passed"],
    ]
    assert table.strong == {1}


def test_training_table_one_row_an_epoch_with_the_kept_one(run):
    table = tables.training_table(run)
    assert table.columns == [
        "Epoch", "Step", "Loss", "Accuracy", "F1 (macro)", "Matthews", "Learning rate", "Time", "Tokens/s", "Kept",
    ]  # fmt: skip
    assert table.rows[0] == [
        "1", "236", "0.4821", "0.8290", "0.8288", "0.6590", "2.80e-05", "1 min 41 s", "2,079", "",
    ]  # fmt: skip
    assert table.rows[1][-1] == "kept" and table.strong == {1}


def test_per_class_table_keras_beside_the_chosen_form(run):
    table = tables.per_class_table(run)
    assert table.columns[2:4] == ["Precision, Keras", "Precision, int8"]
    # Keras, positive: 425 of 505 called so and of 500 that are; int8: 421 of 507
    assert table.rows[1] == ["positive", "500", "0.8416", "0.8304", "0.8500", "0.8420", "0.8458", "0.8361"]


def test_calibration_table_scores_are_listed_and_long_parts_left_in_their_file(run):
    assert tables.calibration_table(run).rows == [
        ["examples", "256"],
        ["method", "mse"],
        ["agreement, minmax", "0.951"],
        ["agreement, percentile", "0.963"],
        ["agreement, mse", "0.972"],
        ["ranges", "20 entries, in export/calibration.json"],
    ]


def test_changed_table_says_how_many_and_shows_what_each_decided(run):
    table = tables.changed_table(run)
    assert table.note == "int8 changed 19 of 1,000 decisions of Keras; the 2 widest changes:"
    assert table.rows[1] == [
        "88", "a quiet, odd little thing.", "negative", "negative (0.512)", "positive (0.539)",
    ]  # fmt: skip
    assert len(tables.changed_table(run, limit=1).rows) == 1


def test_changed_table_regression_shows_values_and_pairs(regression_run):
    assert tables.changed_table(regression_run).rows == [
        ["9", "A man plays. ‖ A man sings.", "2.4", "2.31", "2.87"]
    ]


def test_metrics_table_regression_has_its_metrics_and_parity(regression_run):
    table = tables.metrics_table(regression_run)
    assert table.columns[:4] == ["Form", "Pearson", "Spearman", "Mean squared error"]
    assert table.rows[2] == ["int8", "0.8640", "0.8610", "0.5700", "0.17", "0.012"]


def test_environment_table_machine_versions_command_and_date(run):
    rows = dict(tables.environment_table(run).rows)
    assert rows["Command"] == "tfbert-edge run rotten-tomatoes --output runs/quickstart"
    assert rows["Machine"] == "x86_64, 2 cores, 15.6 GiB, Linux 6.1"
    assert "ai-edge-litert 2.3.0" in rows["Versions"]
    assert rows["Time"] == "train 3 min 35 s, export 1 min 3 s, validate 1 min 28 s"
    assert tables.environment_table({}).rows == []


def test_compress_tables_one_a_step_with_its_epochs(run):
    assert tables.compress_tables(run) == []
    history = run["stages"]["train"]["history"]
    run["stages"]["compress"] = [{"method": "quantize_aware", "history": history[1:], "seconds": 99.0}]
    (table,) = tables.compress_tables(run)
    assert table.title == "1. quantize_aware"
    assert [row[:4] for row in table.rows] == [["1", "472", "0.2904", "0.8450"]]
    assert ["Time", "train 3 min 35 s, quantize_aware 1 min 39 s, export 1 min 3 s, validate 1 min 28 s"] in (
        tables.environment_table(run).rows
    )


def test_recipe_table_names_checkpoint_sources_and_what_is_set(run):
    assert recipe_table(run) is None
    source = {"path": "reviews.csv", "config": None, "where": {"source": "films"}, "limit": 100}
    run["recipe"] = {
        "task": {"type": "classification", "labels": ["bad", "good"]},
        "model": {"checkpoint": "some/bert", "revision": "abc", "hidden_dropout": None,
                  "trim_vocabulary": {"enabled": False, "min_count": 1}},
        "data": {"train": source, "validation": {"holdout": 0.1}, "max_length": 64},
        "training": {"epochs": 2, "learning_rate": 5e-05, "schedule": {"type": "linear", "warmup_ratio": 0.1},
                     "label_smoothing": 0.0, "tensorboard": True, "class_weights": None},
        "compress": [{"method": "quantize_aware", "epochs": 1}],
        "export": {"forms": ["float32", "int8"], "sequence_length": None, "steps": "auto"},
    }  # fmt: skip
    assert recipe_table(run).rows == [
        ["Task", "type classification, labels bad good"],
        ["Checkpoint", "some/bert, revision abc"],
        ["Training data", "reviews.csv, where source films, limit 100"],
        ["Held-out data", "10% of the training data"],
        ["Data", "max length 64"],
        ["Training", "epochs 2, learning rate 5e-05, schedule type linear, schedule warmup ratio 0.1"],
        ["Compression 1", "quantize_aware: epochs 1"],
        ["Export", "forms float32 int8"],
    ]


def test_operators_tables_shares_of_the_profiled_time(run):
    assert operators_tables(run) == []
    int8 = run["stages"]["validate"]["forms"]["int8"]
    int8["operators"] = [
        {"operator": "Fully Connected", "delegated": True, "count": 38, "mean_ms": 3.0},
        {"operator": "GELU", "delegated": False, "count": 6, "mean_ms": 1.0},
    ]
    (table,) = operators_tables(run)
    assert table.rows == [
        ["Fully Connected", "XNNPACK", "38", "3.000", "75.0%"],
        ["GELU", "builtin", "6", "1.000", "25.0%"],
    ]
    assert "4.00 ms in all operators" in table.note
    int8.update(operators=[], operators_problem="no profiler")
    (table,) = operators_tables(run)
    assert (table.rows, table.note) == ([], "Not measured: no profiler")


def test_changed_table_shortens_a_long_text(run):
    run["stages"]["validate"]["forms"]["int8"]["changed"][0]["text"] = "word " * 200

    text = tables.changed_table(run).rows[0][1]

    assert text == "word " * 79 + "word …"


def test_training_table_leaves_out_what_metrics_are_held_against(run):
    epochs = [{"epoch": 0, "metrics": {"rouge1": 0.7, "lead_rouge1": 0.6, "oracle_rouge1": 0.9}}]
    run["stages"]["train"]["history"] = epochs

    columns = tables.training_table(run).columns

    assert "ROUGE-1" in columns and not any("Lead" in column or "Oracle" in column for column in columns)
