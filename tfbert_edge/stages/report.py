"""Tables, plots and the model card, from the record alone."""

from __future__ import annotations

from typing import Any

from tfbert_edge.report import write_report
from tfbert_edge.stages.run import Run


def report_stage(run: Run) -> dict[str, Any]:
    """Write ``report/``: report.md, report.html and the plots."""
    written = write_report(run.record.content, run.folder / "report")
    return {"files": sorted([written["markdown"], written["html"], *written["plots"]])}
