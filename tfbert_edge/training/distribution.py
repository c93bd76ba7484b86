"""Over which devices training runs; all of it is ``tf.distribute``."""

from __future__ import annotations

import json
import os
from typing import Any

from tfbert_edge._keras import tf
from tfbert_edge.errors import TrainingError

STRATEGIES = ("auto", "mirrored", "multi_worker", "tpu")


def make_strategy(name: str = "auto") -> Any:
    """Return the strategy; make it before anything else of TensorFlow runs when it is multi-worker.

    ``auto``: multi-worker where TF_CONFIG names several workers, else one device. ``mirrored``: all GPUs of
    this machine. ``multi_worker``: the workers of TF_CONFIG. ``tpu``: the TPU that the environment names.

    Raises:
        TrainingError: another name, multi_worker without TF_CONFIG, or no TPU.
    """
    if name not in STRATEGIES:
        raise TrainingError(
            f"strategy must be one of {', '.join(STRATEGIES)}, was '{name}'. Choose one of these."
        )
    workers = _workers()
    if name == "multi_worker" and not workers:
        raise TrainingError(
            "strategy multi_worker needs the environment variable TF_CONFIG, which is not set. Set it on "
            "each worker, e.g. "
            '{"cluster": {"worker": ["host1:2222", "host2:2222"]}, "task": {"type": "worker", "index": 0}}.'
        )
    if name == "multi_worker" or (name == "auto" and len(workers) > 1):
        return tf.distribute.MultiWorkerMirroredStrategy()
    if name == "mirrored":
        return tf.distribute.MirroredStrategy()
    if name == "tpu":
        return _tpu()
    return tf.distribute.get_strategy()


def is_chief(strategy: Any) -> bool:
    """Whether this process writes what all workers share: snapshots, best weights, logs."""
    resolver = strategy.cluster_resolver
    if resolver is None or not resolver.task_type:
        return True
    return resolver.task_type == "chief" or (
        resolver.task_type == "worker"
        and resolver.task_id == 0
        and not resolver.cluster_spec().as_dict().get("chief")
    )


def local_shards(strategy: Any) -> range:
    """Return which shards of each batch this process reads: one for each of its replicas."""
    count = strategy.extended._num_replicas_in_sync
    local = len(strategy.extended.worker_devices) if count > 1 else 1
    first = _worker_index(strategy) * local if local < count else 0
    return range(first, first + local)


def _worker_index(strategy: Any) -> int:
    resolver = strategy.cluster_resolver
    cluster = resolver.cluster_spec().as_dict()
    before = len(cluster.get("chief", [])) if resolver.task_type == "worker" else 0
    return before + int(resolver.task_id)


def _workers() -> list[str]:
    text = os.environ.get("TF_CONFIG", "").strip()
    if not text:
        return []
    try:
        cluster = json.loads(text).get("cluster", {})
        return [*cluster.get("chief", []), *cluster.get("worker", [])]
    except (ValueError, AttributeError, TypeError) as error:
        raise TrainingError(
            f"TF_CONFIG must be JSON with a cluster and a task, was: {text}. Mend it or unset it."
        ) from error


def _tpu() -> Any:
    try:
        resolver = tf.distribute.cluster_resolver.TPUClusterResolver()
        tf.config.experimental_connect_to_cluster(resolver)
        tf.tpu.experimental.initialize_tpu_system(resolver)
    except (ValueError, tf.errors.OpError) as error:
        raise TrainingError(
            f"strategy tpu needs a TPU, and none answered ({error}). Set TPU_NAME, or choose strategy auto."
        ) from error
    return tf.distribute.TPUStrategy(resolver)
