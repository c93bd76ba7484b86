"""Several processes that train one model: the first writes the run, the others only train with it."""

from __future__ import annotations

import json
import os


def is_first_worker() -> bool:
    """Whether this process is the one that writes; true where TF_CONFIG is not set or cannot be read.

    A TF_CONFIG that cannot be read is an error when training starts, which says so.
    """
    try:
        config = json.loads(os.environ.get("TF_CONFIG") or "{}")
        task, cluster = config.get("task", {}), config.get("cluster", {})
        if "chief" in cluster:
            return task.get("type") == "chief"
        return int(task.get("index", 0)) == 0
    except (ValueError, TypeError, AttributeError):
        return True
