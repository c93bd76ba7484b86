"""The ``compress`` block: steps between training and export, in order."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tfbert_edge.recipe.schema_distill import DistillLayers, DistillOutputs
from tfbert_edge.recipe.schema_prune import PruneHeads, PruneLayers, PruneNeurons
from tfbert_edge.recipe.schema_quantize import QuantizeAware

CompressStep = Annotated[
    PruneLayers | PruneHeads | PruneNeurons | DistillOutputs | DistillLayers | QuantizeAware,
    Field(discriminator="method"),
]
