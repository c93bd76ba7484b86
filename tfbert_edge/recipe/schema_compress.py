"""The ``compress`` block: steps between training and export, in order."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tfbert_edge.recipe.schema_average import AverageWeights
from tfbert_edge.recipe.schema_blocks import ReplaceBlocks, TameActivations
from tfbert_edge.recipe.schema_distill import (
    DistillLayers,
    DistillOutputs,
    DistillPatient,
    DistillProgressive,
    DistillRelations,
)
from tfbert_edge.recipe.schema_prune import (
    LotteryTicket,
    PruneHeads,
    PruneLayers,
    PruneMovement,
    PruneNeurons,
    PruneWeights,
)
from tfbert_edge.recipe.schema_quantize import MixedPrecision, QuantizeAware
from tfbert_edge.recipe.schema_share import FactorizeEmbeddings, ShareLayers
from tfbert_edge.recipe.schema_student import NewStudent

CompressStep = Annotated[
    NewStudent
    | ReplaceBlocks
    | TameActivations
    | PruneLayers
    | PruneHeads
    | PruneNeurons
    | PruneWeights
    | PruneMovement
    | LotteryTicket
    | FactorizeEmbeddings
    | ShareLayers
    | DistillOutputs
    | DistillLayers
    | DistillPatient
    | DistillProgressive
    | DistillRelations
    | AverageWeights
    | MixedPrecision
    | QuantizeAware,
    Field(discriminator="method"),
]
