"""Fine-tune the pretrained model on the task; ``train/model`` is a Hugging Face folder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tfbert_edge.atomic import write_json
from tfbert_edge.data.batching import LengthBucketedBatches
from tfbert_edge.data.features import Features
from tfbert_edge.errors import CheckpointError
from tfbert_edge.models.checkpoint import Loaded, load_checkpoint, read_config, save_checkpoint
from tfbert_edge.models.segments import more_segments
from tfbert_edge.models.sharing import tied_variables
from tfbert_edge.models.vocabulary import change_vocabulary
from tfbert_edge.recipe.schema import TrainingConfig
from tfbert_edge.stages.fit import steps_must_fit
from tfbert_edge.stages.inputs import check_inputs
from tfbert_edge.stages.lengths import resolve_length
from tfbert_edge.stages.network import Network
from tfbert_edge.stages.run import Run
from tfbert_edge.stages.vocabulary import choose_vocabulary
from tfbert_edge.tasks.base import Task
from tfbert_edge.training.distribution import is_chief, make_strategy
from tfbert_edge.training.evaluation import predict
from tfbert_edge.training.freezing import Freezing
from tfbert_edge.training.loop import History, fine_tune, updates_per_epoch
from tfbert_edge.training.losses import Loss, balanced_class_weights, make_loss
from tfbert_edge.training.optimizer import make_optimizer
from tfbert_edge.training.precision import precision, resolve_precision
from tfbert_edge.training.schedules import make_schedule


def train_stage(run: Run) -> dict[str, Any]:
    """Train, keep the best epoch, and save it; without an epoch, save the checkpoint as it is, once it is measured.

    Writes ``train/model`` and ``train/history.json``; ``train/snapshots`` while it trains. Returns ``history``,
    ``figures`` (of the weights that were kept), ``tokens_per_second`` (real tokens, without padding) and ``precision``.

    Raises:
        CheckpointError: there is nothing to train, and the checkpoint lacks the task's head.
    """
    settings = run.recipe.training
    # The strategy first: a multi-worker one must come before anything else of TensorFlow.
    strategy = make_strategy(settings.strategy)
    numbers = "float32"
    if settings.epochs:
        numbers = resolve_precision(
            settings.precision, on_warning=lambda text: run.console.say(f"warning: {text}")
        )
    run.console.say(f"  checkpoint {run.checkpoint}")
    task = run.data.task
    vocabulary = choose_vocabulary(run)
    tokenizer = vocabulary.tokenizer
    run.record.content["data"] |= {"vocabulary": vocabulary.figures, **resolve_length(run, tokenizer)}
    recipe = run.recipe
    tokenizer = tokenizer.with_stride(recipe.stride)  # of the length that was found
    train, validation = run.training_features(tokenizer), run.trial_features(tokenizer)
    run.record.content["data"] |= _describe(run, train)
    run.console.say(
        f"  {_counted(train)} to train, {_counted(validation)} to validate; longest {train.lengths.max()} "
        f"of at most {recipe.data.max_length} word pieces ({train.truncated:,} cut); {numbers}"
    )
    batches = LengthBucketedBatches(
        train, batch_size=settings.batch_size, seed=recipe.seed, shards=strategy.num_replicas_in_sync
    )
    with strategy.scope(), precision(numbers):
        loaded = _load(run, task, vocabulary.rows)
        steps_must_fit(recipe, loaded.config)
        check_inputs(run)
    if loaded.new_weights:
        if not settings.epochs:
            raise CheckpointError(
                f"training.epochs is 0, so {run.checkpoint} must bring all weights of a {task.name}; it lacks "
                f"{', '.join(loaded.new_weights)}. Train, or start from a fine-tuned model."
            )
        run.console.say(f"  new weights: {', '.join(loaded.new_weights)}")

    def evaluate(model: Any) -> dict[str, Any]:
        outputs = predict(model, validation, batch_size=recipe.data.batch_size)
        metrics = task.metrics(task.activated(outputs), validation.known_truth)
        shown = ", ".join(f"{name} {metrics[name]:.4f}" for name in task.metric_names)
        run.console.say(f"  validation: {shown}")
        return metrics

    history = History()
    if settings.epochs:
        history = _fine_tune(run, loaded, strategy, numbers, batches, evaluate)
        figures = _figures(history, numbers)
    else:
        figures = {**_figures(history, numbers), "figures": evaluate(loaded.model)}
    if is_chief(strategy):
        save_checkpoint(
            loaded.model,
            loaded.config,
            run.model_folder,
            tokenizer=tokenizer,
            labels=task.labels,
            task_type=task.name,
            head=task.head,
        )
        write_json(run.folder / "train" / "history.json", list(history))
    return figures


def _fine_tune(
    run: Run,
    loaded: Loaded,
    strategy: Any,
    numbers: str,
    batches: LengthBucketedBatches,
    evaluate: Callable[[Any], dict[str, Any]],
) -> History:
    settings, task, train = run.recipe.training, run.data.task, batches.features
    with strategy.scope(), precision(numbers):
        optimizer = _optimizer(loaded.model, settings, updates_per_epoch(batches, settings.accumulate))
    metric = settings.early_stopping.metric or task.primary_metric
    with run.console.training() as on_progress:
        return fine_tune(
            loaded.model,
            loss=task_loss(task, settings, train.known_truth.labels),
            batches=batches,
            optimizer=optimizer,
            epochs=settings.epochs,
            evaluate=evaluate,
            metric=metric,
            mode="min" if metric in task.lower_is_better else "max",
            patience=settings.early_stopping.patience,
            accumulate=settings.accumulate,
            adversarial=settings.adversarial,
            freezing=Freezing(
                embeddings=settings.freeze.embeddings,
                layers=settings.freeze.layers,
                unfreeze_per_epoch=settings.unfreeze_per_epoch,
            ),
            ties=tied_variables(loaded.model, loaded.config.layer_groups),
            strategy=strategy,
            folder=run.folder / "train" / "snapshots",
            # A fresh run has no snapshots; one that was asked to start anew has had them removed.
            resume=True,
            snapshot_seconds=settings.checkpoint_seconds,
            settings={"precision": numbers, "examples": len(train), "batch_size": settings.batch_size},
            tensorboard=run.folder / "train" / "tensorboard" if settings.tensorboard else None,
            seed=run.recipe.seed,
            on_progress=on_progress,
        )


def pretrained_network(run: Run) -> Network:
    """The network as :func:`train_stage` starts from it, with the same vocabulary and the same new head."""
    vocabulary = choose_vocabulary(run)
    loaded = _load(run, run.data.task, vocabulary.rows)
    return Network(loaded.model, loaded.config, vocabulary.tokenizer, run.data.task)


def _load(run: Run, task: Task, rows: list[tuple[int, ...]] | None) -> Loaded:
    model = run.recipe.model
    _, raw = read_config(run.checkpoint)
    names = [name for _, name in sorted((raw.get("id2label") or {}).items(), key=lambda item: int(item[0]))]
    unnamed = all(str(name).startswith("LABEL_") for name in names)
    # A classifier of other labels is of no use; one whose labels have no names counts by their number.
    foreign = len(names) != int(np.sum(task.num_outputs)) or not (unnamed or names == list(task.labels))
    loaded = load_checkpoint(
        run.checkpoint,
        head=task.head,
        num_outputs=task.num_outputs,
        hidden_dropout=model.hidden_dropout,
        attention_dropout=model.attention_dropout,
        classifier_dropout=model.classifier_dropout,
        layer_drop=run.recipe.training.layer_drop,
        seed=run.recipe.seed,
        new_head=bool(names) and foreign,
    )
    changed, config = loaded.model, loaded.config
    if task.reader.segment_types > 2:
        changed, config = more_segments(
            changed, config, task.reader.segment_types, head=task.head, seed=run.recipe.seed
        )
    if rows is not None:
        changed, config = change_vocabulary(changed, config, rows, head=task.head, seed=run.recipe.seed)
    return Loaded(changed, config, loaded.new_weights)


def _optimizer(model: Any, settings: TrainingConfig, updates_per_epoch: int) -> Any:
    schedule = make_schedule(
        settings.schedule.type,
        learning_rate=settings.learning_rate,
        total_steps=updates_per_epoch * settings.epochs,
        warmup_steps=settings.schedule.warmup_steps,
        warmup_ratio=settings.schedule.warmup_ratio,
        power=settings.schedule.power,
        end_factor=settings.schedule.end_factor,
    )
    return make_optimizer(
        model,
        schedule,
        weight_decay=settings.weight_decay,
        max_gradient_norm=settings.max_gradient_norm,
        layer_learning_rate_decay=settings.layer_learning_rate_decay,
    )


def task_loss(task: Task, settings: TrainingConfig, labels: np.ndarray | None) -> Loss:
    """The loss of the recipe's training on examples with these labels."""
    weights: list[float] | None = None
    if settings.class_weights == "balanced":
        weights = balanced_class_weights(np.asarray(labels), len(task.labels))
    elif isinstance(settings.class_weights, dict):
        weights = [settings.class_weights.get(label, 1.0) for label in task.labels]
    return make_loss(task.loss, class_weights=weights, label_smoothing=settings.label_smoothing)


def _counted(features: Features) -> str:
    """How many examples, and how many windows they make."""
    examples = len(features.starts) - 1
    windows = f" in {len(features):,} windows" if len(features) != examples else ""
    return f"{examples:,} examples{windows}"


def _describe(run: Run, train: Features) -> dict[str, Any]:
    """The ``data`` of run.json."""
    lengths = train.lengths
    return {
        "train_examples": len(run.data.train),
        "validation_examples": len(run.data.validation),
        **({} if run.data.test is None else {"test_examples": len(run.data.test)}),
        "labels": list(run.data.task.labels),
        "task": {"type": run.data.task.name, **run.data.task.parameters},
        "warnings": run.data.warnings,
        "lengths": {
            "p50": int(np.percentile(lengths, 50)),
            "p99": int(np.percentile(lengths, 99)),
            "max": int(lengths.max()),
        },
        "truncated": int(train.truncated),
    }


def _figures(history: History, numbers: str) -> dict[str, Any]:
    best = history.best
    seconds = sum(record["seconds"] for record in history)
    tokens = sum(record["tokens"] for record in history)
    return {
        "precision": numbers,
        "history": list(history),
        "best_epoch": best["epoch"] if best else None,
        "figures": best["metrics"] if best else {},
        "tokens_per_second": tokens / seconds if seconds else None,
    }
