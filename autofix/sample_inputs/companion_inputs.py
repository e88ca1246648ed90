"""Inputs that meet no layer and go with another one, by the names that the field has for them.

The lengths of sequences, the edges of a graph, the step of a diffusion, token ids of a library's model.

They are guesses, for samples that are chosen to fit the layers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import Enum
from itertools import pairwise

from autofix.records.samples import SampleInput
from autofix.sample_inputs.input_shapes import BATCH, LENGTH
from autofix.syntax.source import Source

NODES, EDGES, STEPS, TOKENS = 6, 14, 100, 100


class Role(Enum):
    """What an input is to the others."""

    LENGTHS = r"(^|_)(len|lens|lengths?|seq_?lens?|input_?sizes|input_percentages)\d*$|^(x|src|seq|text|input)_?len"
    EDGES = r"^(edge_?ind(ex|ices)|edges?|edge_list)$"
    GRAPHS = r"^(batch|batch_?ind(ex|ices)|graph_ids?)$"
    EDGE_WEIGHTS = r"^edge_?weights?$"
    ADJACENCY = r"^(adj|adjacency|adj_matrix|a_hat|laplacian)$"
    STEP = r"^(t|time|times|timesteps?|time_?steps?|noise_levels?)$"
    TOKENS = r"^(input_?ids|token_?ids|tokens|ids|src_tokens|decoder_input_ids)$"
    ATTENDED = r"^(attention_?masks?|attn_?masks?)$"
    KINDS = r"^(token_?type_?ids|segment_?ids)$"
    PIXELS = r"^pixel_values$"
    PADDING = r"^(\w+_)?(key_)?padding_mask$"


_OF_GRAPHS = frozenset((Role.EDGES, Role.GRAPHS, Role.EDGE_WEIGHTS, Role.ADJACENCY))
_OF_LIBRARIES = frozenset((Role.TOKENS, Role.ATTENDED, Role.KINDS, Role.PIXELS))
_WAVES = re.compile(r"\b(sin|cos)\s*\(")
_VOCABULARY = re.compile(r"\bvocab_size\W{1,4}(\d+)")


def roles(names: Sequence[str], known: frozenset[int], source: Source) -> dict[int, Role]:
    """Return the roles of the inputs that need one: those that meet no layer, and a step that waves are made of before
    it meets one.
    """
    result = {}
    for at, name in enumerate(names):
        role = next((role for role in Role if re.search(role.value, name.lower())), None)
        is_wave = role is Role.STEP and len(names) > 1 and bool(_WAVES.search(source.text))
        if role is not None and (at not in known or is_wave):
            result[at] = role
    is_graph = Role.EDGES in result.values() or Role.ADJACENCY in result.values()
    of_library = "transformers" in source.text
    return {
        at: role
        for at, role in result.items()
        if (role not in {Role.GRAPHS, Role.EDGE_WEIGHTS} or is_graph) and (role not in _OF_LIBRARIES or of_library)
    }


def filled(
    count: int, layered: Mapping[int, SampleInput], roles_: Mapping[int, Role], source: Source
) -> tuple[SampleInput, ...]:
    """Return all inputs in order: those for the layers, and what goes with them."""
    is_graph = not _OF_GRAPHS.isdisjoint(roles_.values())
    inputs = {at: _of_nodes(sample) if is_graph else sample for at, sample in layered.items()}
    main = next(iter(inputs.values()), SampleInput((BATCH, LENGTH)))
    inputs |= {at: _companion(role, main, source) for at, role in roles_.items()}
    return tuple(inputs[at] for at in range(count))


def _of_nodes(sample: SampleInput) -> SampleInput:
    """Return the rows of a graph: as many as it has nodes, which are no batch."""
    is_row = len(sample.shape) <= 2 and sample.shape[0] == BATCH
    return SampleInput((NODES, *sample.shape[1:]), sample.dtype, sample.low, sample.high) if is_row else sample


def _companion(role: Role, main: SampleInput, source: Source) -> SampleInput:
    batch, nodes = BATCH, main.shape[0]
    match role:
        case Role.LENGTHS:
            steps = _steps(main)
            return SampleInput((batch,), "int64", steps, steps + 1)
        case Role.EDGES:
            return SampleInput((2, EDGES), "int64", 0, nodes)
        case Role.GRAPHS:
            return SampleInput((nodes,), "int64", 0, 1)
        case Role.EDGE_WEIGHTS:
            return SampleInput((EDGES,))
        case Role.ADJACENCY:
            return SampleInput((nodes, nodes))
        case Role.STEP:
            return SampleInput((batch,), "int64", 0, STEPS)
        case Role.TOKENS:
            sizes = [int(match[1]) for match in _VOCABULARY.finditer(source.text)]
            return SampleInput((batch, LENGTH), "int64", 0, max(min([TOKENS, *sizes]), 1))
        case Role.ATTENDED:
            return SampleInput((batch, LENGTH), "int64", 1, 2)
        case Role.KINDS:
            return SampleInput((batch, LENGTH), "int64", 0, 1)
        case Role.PIXELS:
            return SampleInput((batch, 3, 224, 224))
        case Role.PADDING:
            return SampleInput((batch, _steps(main)), "bool")


def _steps(main: SampleInput) -> int:
    """Return how long the sequences of an input are: the dimension beside the batch, of images the last one."""
    shape = main.shape
    if len(shape) > 3:
        return shape[-1]
    return next((other for size, other in (*pairwise(shape), *pairwise(shape[::-1])) if size == BATCH), LENGTH)
