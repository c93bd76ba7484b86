"""From ``run.json`` to what people read: tables, plots, report.md, report.html, the model card. No TensorFlow."""

from tfbert_edge.report.card import model_card
from tfbert_edge.report.forms_table import forms_table
from tfbert_edge.report.tables import Table
from tfbert_edge.report.write import write_report

__all__ = ["Table", "forms_table", "model_card", "write_report"]
