"""What one run of the model did, as plain data."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from autofix.probe.main.wire import (
    CheckKind,
    CheckOutcome,
    Ending,
    Nested,
    OperationKind,
    Phase,
    Stage,
)
from autofix.records.locations import Frame, Texts
from autofix.records.options import Mode
from autofix.records.values import Mapping, Tensor, Value, is_integer, tensors_of

if TYPE_CHECKING:
    from autofix.records.gradients import Gradients

__all__ = [
    "AbsentPackage",
    "Check",
    "CheckKind",
    "CheckOutcome",
    "Ending",
    "Failure",
    "Frame",
    "Isolation",
    "Layer",
    "Nested",
    "Operation",
    "OperationKind",
    "Phase",
    "Run",
    "Stage",
    "Trace",
]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. ``result`` is None when it raised; ``frames`` are innermost first.

    ``name`` is the node's in the fx graph, '' where the run was made without one.

    ``target`` is the operator's public name: ``torch.cat``, ``torch.nn.functional.relu``, ``Tensor.view``,
    ``operator.add``; for a layer its type (``torch.nn.Linear``), with ``layer`` as its path in the model. ``scope``
    is the path of the innermost non-leaf layer whose forward ran. The two ``_index`` fields index ``Trace.layers``,
    None when there is none.
    """

    index: int
    name: str
    kind: OperationKind
    target: str
    arguments: tuple[Value, ...]
    keywords: tuple[tuple[str, Value], ...]
    result: Value
    raised: bool
    frames: tuple[Frame, ...]
    phase: Phase
    layer: str | None = None
    scope: str = ""
    layer_index: int | None = None
    scope_index: int | None = None

    @property
    def operator(self) -> str:
        """The last part of ``target``: ``view`` of ``Tensor.view``, ``Linear`` of ``torch.nn.Linear``."""
        return self.target.rpartition(".")[2]

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """The operand tensors in order, those inside lists and tuples included."""
        return tensors_of((*self.arguments, *(value for _, value in self.keywords)))

    @property
    def result_shape(self) -> tuple[int, ...] | None:
        """The shape of what it gave; None if that is no tensor."""
        return self.result.shape if isinstance(self.result, Tensor) else None

    @property
    def before_and_after(self) -> tuple[Tensor, Tensor] | None:
        """Its first operand and what it gave; None where one of both is no tensor."""
        tensors = self.tensors[:1]
        return (tensors[0], self.result) if tensors and isinstance(self.result, Tensor) else None

    def keyword(self, name: str) -> Value | None:
        return next((value for key, value in self.keywords if key == name), None)

    def argument(self, position: int, name: str) -> Value | None:
        """Return what was passed at ``position``, else by ``name``; None where neither was."""
        return self.arguments[position] if position < len(self.arguments) else self.keyword(name)

    def integer(self, position: int, name: str) -> int | None:
        """Return the whole number passed at ``position`` or by ``name``."""
        value = self.argument(position, name)
        return value if is_integer(value) else None


@dataclass(frozen=True, slots=True)
class Layer:
    """One ``nn.Module`` of the model, in order of construction.

    ``identity`` indexes ``Trace.layers``, None for a stand-in of a layer whose constructor failed. ``base`` is the
    layer of torch that a class of the user's extends, such as ``torch.nn.Conv2d``; empty for others.
    ``settings`` are its public plain attributes (``in_features``, ``kernel_size``, ...). ``construction`` is the
    chain of user frames, innermost first, at the moment it was built. ``path`` is empty for the model itself and None
    for a layer that was built but is not part of the model (or not yet, when construction failed).
    """

    identity: int | None
    path: str | None
    type: str
    settings: tuple[tuple[str, Value], ...]
    parameters: tuple[tuple[str, tuple[int, ...]], ...]
    construction: tuple[Frame, ...]
    is_leaf: bool
    base: str = ""

    @property
    def parameter_count(self) -> int:
        """Elements of the layer's own parameters, without those of its children."""
        return sum(math.prod(shape) for _, shape in self.parameters)

    def setting(self, name: str) -> Value | None:
        return next((value for key, value in self.settings if key == name), None)

    def contains(self, path: str) -> bool:
        """Return whether the layer at ``path`` is this one or a part of it."""
        return self.path is not None and (self.path in ("", path) or path.startswith(f"{self.path}."))

    @property
    def label(self) -> str:
        """What a reader knows the layer by: its path in the model, else its class."""
        return self.path or self.kind

    @property
    def kind(self) -> str:
        """The bare class name: ``Linear`` of ``torch.nn.Linear``, and of a class that extends it."""
        return (self.base or self.type).rpartition(".")[2].lstrip("_")


@dataclass(frozen=True, slots=True)
class Failure:
    """The raw error that ended a run.

    ``operation`` indexes the operation that raised, None when none did (plain Python raised). ``frames`` are the user
    frames of the traceback, innermost first. ``callee`` is the first function outside the project that the innermost
    user frame called (``torch.nn.modules.normalization.GroupNorm.__init__``), empty when user code itself raised,
    with its plain arguments.
    """

    type: str
    message: str
    stage: Stage
    operation: int | None
    frames: tuple[Frame, ...]
    callee: str = ""
    arguments: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """One verification check: its outcome, and why in words (sizes that disagree, or why it could not be asked).

    ``operation`` indexes the operation of the trace that puts samples together, None when none was found;
    ``dimension`` is the one that the samples lay along in its first operand, None when there is none.
    """

    kind: CheckKind
    outcome: CheckOutcome
    detail: str = ""
    operation: int | None = None
    dimension: int | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """What is asked of the probe for one request: the edited texts, and how they are run.

    ``checks``: with the verification checks; ``fresh``: in a process that has run no user code; ``graph``: with the
    forward's graph; ``past``: going on past these operations if they raise, with these results (``wire.Nested``).
    """

    texts: Texts = ()
    checks: bool = False
    fresh: bool = False
    graph: bool = False
    past: tuple[tuple[int, Nested], ...] = ()


@dataclass(frozen=True, slots=True)
class AbsentPackage:
    """A package that a file of the project imports and that cannot be imported here, with why, in words."""

    name: str
    path: Path
    line: int
    reason: str

    @property
    def is_broken(self) -> bool:
        """Whether it is there and does not load."""
        return not self.reason.startswith("No module named")


class Isolation(Enum):
    """How the user's files were kept as they are while the code ran; the strongest first."""

    OVERLAY = "overlay"
    LANDLOCK = "landlock"
    COPIES = "copies"


class Containment(Enum):
    """What kept the connections of a run from leaving it, and its signals from other processes; the strongest first."""

    NAMESPACE = "namespace"
    LANDLOCK = "landlock"
    FILTER = "filter"
    HOOK = "hook"
    ALLOWED = "allowed"


@dataclass(frozen=True, slots=True)
class Trace:
    """One run of the model as plain data.

    ``placeholders`` name packages for which something silent stood, ``absent`` are those of which nothing was used.
    ``cut_tests`` ran into the time limit.
    ``warnings`` are what torch warned of, each with the operation that ran. ``mode`` is META where tensors had no
    storage; ``need`` is then what they would take, in bytes. ``synthesized`` names the operations whose data-dependent
    values were replaced by made-up ones. ``called`` are layers that ran in operations which are told no more.
    ``isolation``, ``connections`` and ``processes`` are None where the run has told nothing.
    """

    ending: Ending
    message: str
    operations: tuple[Operation, ...] = ()
    layers: tuple[Layer, ...] = ()
    environments: tuple[Mapping, ...] = ()
    globals: tuple[tuple[Path, Mapping], ...] = ()
    output: Value = None
    failure: Failure | None = None
    checks: tuple[Check, ...] = ()
    warnings: tuple[tuple[int, str], ...] = ()
    gradients: tuple[Gradients, ...] = ()
    called: tuple[int, ...] = ()
    state_dict: tuple[tuple[str, tuple[int, ...]], ...] = ()
    files: tuple[Path, ...] = ()
    data_files: tuple[Path, ...] = ()
    placeholders: tuple[str, ...] = ()
    cut_tests: tuple[str, ...] = ()
    absent: tuple[AbsentPackage, ...] = ()
    refused: tuple[str, ...] = ()
    sliced: bool = False
    candidates: tuple[str, ...] = ()
    seconds: float = 0.0
    graph: str = ""
    mode: Mode = Mode.REAL
    need: int = 0
    synthesized: tuple[str, ...] = ()
    isolation: Isolation | None = None
    connections: Containment | None = None
    processes: Containment | None = None

    @property
    def has_operations(self) -> bool:
        """Whether anything was computed."""
        return bool(self.called) or any(
            operation.kind is not OperationKind.PLACEHOLDER for operation in self.operations
        )

    @property
    def has_forward(self) -> bool:
        """Whether a layer was called, of torch or of the user: one that was only built has set its initial values."""
        return bool(self.called) or any(
            operation.layer_index is not None or operation.scope_index is not None for operation in self.operations
        )

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        """The tensors that the model was given."""
        results = (o.result for o in self.operations if o.kind is OperationKind.PLACEHOLDER)
        return tuple(tensor for tensor in results if isinstance(tensor, Tensor))

    @property
    def failed_operation(self) -> Operation | None:
        index = None if self.failure is None else self.failure.operation
        return None if index is None else self.operations[index]
