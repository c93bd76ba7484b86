"""``run.json``: what was asked, on which machine, with which versions, and every figure that came out."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import yaml

from tfbert_edge.atomic import plain, write_json
from tfbert_edge.errors import RunError
from tfbert_edge.host import describe_host, describe_versions
from tfbert_edge.stages.changes import STAGES

SCHEMA_VERSION = 1
FILE_NAME = "run.json"


class RunRecord:
    """The record of one run; a stage that stands in it is finished, and its artifacts are whole."""

    def __init__(self, path: Path, content: dict[str, Any], *, on_disk: bool = True) -> None:
        self.path = path
        self.content = content
        self.on_disk = on_disk

    @classmethod
    def new(cls, folder: Path, *, name: str, seed: int, on_disk: bool = True) -> RunRecord:
        """An empty record for a run in ``folder``; nothing is written yet, and never where not ``on_disk``."""
        content = {"schema_version": SCHEMA_VERSION, "name": name, "seed": seed, "data": {}, "stages": {}}
        return cls(folder / FILE_NAME, content, on_disk=on_disk)

    @classmethod
    def load(cls, folder: Path) -> RunRecord:
        """Read the record of the run in ``folder``.

        Raises:
            RunError: there is none, it cannot be read, or another version of tfbert-edge wrote it.
        """
        path = folder / FILE_NAME
        if not path.is_file():
            raise RunError(
                f"{folder} is not a run folder: it has no {FILE_NAME}. Name the folder that a run wrote."
            )
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            version, _ = content["schema_version"], content["stages"]
        except (ValueError, KeyError, TypeError) as error:
            raise RunError(f"{path} cannot be read ({error}). Run again with --overwrite.") from error
        if version != SCHEMA_VERSION:
            raise RunError(
                f"{path} has schema version {version}, this tfbert-edge reads {SCHEMA_VERSION}. Run again with --overwrite."
            )
        return cls(path, content)

    @property
    def stages(self) -> dict[str, Any]:
        """The figures of each finished stage."""
        return self.content["stages"]

    def describe(self, *, command: str, recipe_text: str, measures: bool = True) -> None:
        """Set what surrounds the stages: recipe (as resolved) and its hash, command, date, host and versions.

        Without ``measures`` the last four stay as they are: those under which the figures were measured.
        """
        self.content.update(
            recipe=yaml.safe_load(recipe_text),
            recipe_sha256=hashlib.sha256(recipe_text.encode()).hexdigest(),
        )
        if not measures and "host" in self.content:
            return
        self.content.update(
            command=command,
            date=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            host=describe_host(),
            versions=describe_versions(),
        )

    def finished(self, stage: str) -> bool:
        """Whether ``stage`` ran to its end."""
        return stage in self.stages

    def finish(self, stage: str, figures: Any) -> None:
        """Record ``stage`` as finished, and write."""
        self.stages[stage] = plain(figures)
        self.save()

    def forget(self, stage: str) -> list[str]:
        """Take ``stage`` and all after it as not done; returns those that were."""
        gone = [one for one in STAGES[STAGES.index(stage) :] if self.stages.pop(one, None) is not None]
        return gone

    def save(self) -> None:
        """Write the file, atomically."""
        if self.on_disk:
            write_json(self.path, self.content)
