"""Compression steps that remove parts or weights."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from tfbert_edge.recipe.block import Block, PositiveFloat, PositiveInt, Probability
from tfbert_edge.recipe.schema_distill import OutputDistillation, StudentTraining

Share = Annotated[float, Field(gt=0.0, lt=1.0)]
END_RATIO = 0.75


class PruneLayers(Block):
    """Whole layers go (Fan et al. 2019)."""

    TAG: ClassVar[str] = "prune_layers"

    method: Literal["prune_layers"]
    keep: PositiveInt
    """How many layers stay."""
    choice: Literal["every_other", "first", "last", "greedy"] = "every_other"
    """greedy: one at a time, the layer without which the measured loss is least."""
    examples: PositiveInt | None = None
    """Training examples on which greedy measures; null: 1024."""


class PruneHeads(Block):
    """The attention heads that matter least go (Michel et al. 2019)."""

    TAG: ClassVar[str] = "prune_heads"

    method: Literal["prune_heads"]
    amount: Share
    """The share of all heads that go; each layer keeps at least one."""
    rounds: PositiveInt = 4
    """In how many steps they go, importance being measured before each."""
    examples: PositiveInt = 1024
    """Training examples on which importance is measured."""


class PruneNeurons(Block):
    """The feed-forward neurons that matter least go (Molchanov et al. 2019)."""

    TAG: ClassVar[str] = "prune_neurons"

    method: Literal["prune_neurons"]
    amount: Share
    """The share of all neurons that go; each layer keeps a multiple of 16."""
    rounds: PositiveInt = 4
    """In how many steps they go, importance being measured before each."""
    examples: PositiveInt = 1024
    """Training examples on which importance is measured."""


class LotteryTicket(StudentTraining):
    """In rounds the pretrained network trains, the encoder's least weights go, the others are rewound (Chen et al. 2020)."""

    TAG: ClassVar[str] = "lottery_ticket"

    method: Literal["lottery_ticket"]
    sparsity: Share
    """The share of all the encoder's matrices' weights that goes."""
    rounds: PositiveInt = 5
    """In how many steps of equal size; each is a training of ``epochs``, and so is the last one of what is left."""
    learning_rate: PositiveFloat = 5e-5


Start = Literal["previous", "pretrained"]


class PruneWeights(OutputDistillation):
    """The encoder's weights of least magnitude go, the fine-tuned network as teacher (Zhu and Gupta 2017)."""

    TAG: ClassVar[str] = "prune_weights"

    method: Literal["prune_weights"]
    sparsity: Share
    """The share of each kernel that goes."""
    start: Start = "previous"
    """previous: prune what the step before left, or the fine-tuned network; pretrained: prune while fine-tuning;
    the first step alone can."""
    schedule: Literal["polynomial", "constant"] = "polynomial"
    """polynomial: from none at begin_ratio, fast at first, to all at end_ratio; constant: all at begin_ratio."""
    begin_ratio: Probability = 0.0
    """The share of the updates after which weights begin to go."""
    end_ratio: Annotated[float, Field(gt=0.0, le=1.0)] | None = None
    """polynomial: the share of the updates after which no more go; null: 0.75."""
    frequency: PositiveInt | None = None
    """polynomial: weights go every so many updates; null: about 50 times in all."""
    pattern: Literal["unstructured", "4x1", "16x1", "2:4"] = "unstructured"
    """unstructured: single weights; 4x1, 16x1: blocks of so many inputs of a neuron; 2:4: two of every four inputs."""
    embeddings: bool = False
    """The same share of the word embeddings goes too; blocks are of so many values of a word piece."""
    freeze_embeddings: bool = False
    """The embeddings do not train."""
    exclude: tuple[str, ...] = ()
    """Kernels that stay whole, by patterns of their layers' names such as ``*.attention.query`` or ``layer_0.*``."""


class PruneMovement(OutputDistillation):
    """The encoder's weights go that training moves towards zero, the fine-tuned network as teacher (Sanh et al. 2020)."""

    TAG: ClassVar[str] = "prune_movement"

    method: Literal["prune_movement"]
    start: Start = "previous"
    """previous: prune what the step before left, or the fine-tuned network; pretrained: prune while fine-tuning, as in the
    paper; the first step alone can."""
    masking: Literal["hard", "soft"] = "hard"
    """hard: the highest scores of each kernel stay; soft: those above a threshold for all, under a penalty on all."""
    remaining: Share | None = None
    """The share that stays: with hard of each kernel, with soft of all together, instead of those above ``threshold``."""
    penalty: PositiveFloat | None = None
    """soft: the weight of the mean of sigmoid(score) in the loss; without ``remaining``, the higher, the fewer weights stay."""
    threshold: Share | None = None
    """soft without ``remaining``: what sigmoid(score) must reach; null: 0.1."""
    begin_ratio: Probability = 0.1
    """The share of the updates after which weights begin to go."""
    end_ratio: Share = 0.8
    """The share of the updates after which no more go."""
    frequency: PositiveInt | None = None
    """With ``remaining``: the highest scores are found anew every so many updates; null: 10."""
    score_learning_rate: PositiveFloat = 1e-2
    """How fast the scores move; it rises and falls with the weights' rate."""
    freeze_embeddings: bool = True
    """The embeddings do not train, as in the paper."""
    epochs: PositiveInt = 6
