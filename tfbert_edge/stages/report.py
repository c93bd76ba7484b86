"""Tables, plots and the model card, from the record alone."""

from __future__ import annotations

from typing import Any

from tfbert_edge.report import write_report
from tfbert_edge.stages.files import new_folder
from tfbert_edge.stages.run import Run


def report_stage(run: Run) -> dict[str, Any]:
    """Write ``report/``: report.md, report.html and the plots."""
    with new_folder(run.folder / "report") as folder:
        write_report(run.record.content, folder)
        files = sorted(path.name for path in folder.iterdir())
    return {"files": files}
