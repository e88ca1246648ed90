"""Every record that crosses a stage boundary.

It holds plain, frozen data and knows no format, no file system, no torch and no syntax tree; it imports nothing of
ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from autofix.preference import Mode

# --------------------------------------------------------------------------------------------------------------------
# Places in source text
# --------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place between two characters: lines count from 1, columns from 0, both in code points."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Range:
    """Half-open: ``end`` is the position after the last character."""

    start: Position
    end: Position

    @property
    def is_empty(self) -> bool:
        return self.start == self.end

    def contains(self, other: Range) -> bool:
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Range) -> bool:
        """Whether both cannot be edited independently; two insertions at one place overlap, neighbours do not."""
        if self.is_empty and other.is_empty:
            return self.start == other.start
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True, order=True)
class Location:
    path: Path
    range: Range


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Replace the text in ``range`` of ``path``; an empty range inserts."""

    path: Path
    range: Range
    text: str


# Edited texts by path, in order of their paths.
Texts = tuple[tuple[Path, str], ...]


# --------------------------------------------------------------------------------------------------------------------
# What the user asked for
# --------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SampleInput:
    """One input of ``forward``: a shape and a dtype, never values.

    ``low`` (inclusive) and ``high`` (exclusive) bound the values of an integer input; ``name`` makes it a keyword
    argument.
    """

    shape: tuple[int, ...]
    dtype: str = "float32"
    low: int | None = None
    high: int | None = None
    name: str | None = None

    def __str__(self) -> str:
        prefix = "" if self.name is None else f"{self.name}="
        dtype = "" if self.dtype == "float32" else f"{self.dtype}:"
        bounds = "" if self.high is None else f"@{self.low or 0}..{self.high}"
        return f"{prefix}{dtype}{','.join(map(str, self.shape))}{bounds}"


class SampleOrigin(Enum):
    """Where the sample inputs came from; the report always names it."""

    GIVEN = "given on the command line"
    COMMENT = "a comment in the file"
    SETTINGS = "the settings"
    ANNOTATION = "annotations of forward"
    USE = "a use in the file"
    SOLVED = "solved for from the layers"
    NONE = "no sample"


@dataclass(frozen=True, slots=True)
class Samples:
    """The inputs of one call of the model: shapes, or one expression that the module itself evaluates to the inputs."""

    inputs: tuple[SampleInput, ...] = ()
    expression: str | None = None
    origin: SampleOrigin = SampleOrigin.GIVEN
    place: str = ""

    def __str__(self) -> str:
        return self.expression if self.expression is not None else ";".join(map(str, self.inputs))


@dataclass(frozen=True, slots=True)
class Target:
    """File plus model expression the user asked about.

    ``root`` is the project root that patches are relative to; ``module`` the dotted name the file is imported as;
    ``search_paths`` are importable in the probe as they would be when the user runs the file. ``script``: the file
    itself is run as a program with ``arguments``, and neither ``model`` nor ``samples`` means anything.
    """

    path: Path
    root: Path
    module: str
    search_paths: tuple[Path, ...]
    model: str
    samples: Samples
    also: tuple[Samples, ...] = ()
    evaluation_mode: bool = False
    script: bool = False
    arguments: tuple[str, ...] = ()


# --------------------------------------------------------------------------------------------------------------------
# The trace: what one run of the model did
# --------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor as seen by one operation. ``producer`` indexes ``Trace.operations``, -1 when it is not known.

    ``values`` is (lowest, highest) for integer tensors, since an index out of range is a fault of values, else None.
    """

    shape: tuple[int, ...]
    dtype: str
    producer: int = -1
    contiguous: bool = True
    values: tuple[int, int] | None = None

    @property
    def rank(self) -> int:
        return len(self.shape)


@dataclass(frozen=True, slots=True)
class Opaque:
    """A value of which only the type matters to us."""

    type: str


@dataclass(frozen=True, slots=True)
class Mapping:
    """A dict or the attributes of an object, by string key, in order; ``type`` is ``dict`` or the class name."""

    type: str
    items: tuple[tuple[str, Value], ...]

    def get(self, key: str) -> Value | None:
        return next((value for name, value in self.items if name == key), None)

    def has(self, key: str) -> bool:
        return any(name == key for name, _ in self.items)


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list or tuple; ``type`` is its type's name (``list``, ``tuple``, ``Size``, ``slice``, ``PackedSequence``)."""

    type: str
    items: tuple[Value, ...]


Value = int | float | bool | str | None | Tensor | Sequence | Mapping | Opaque


@dataclass(frozen=True, slots=True)
class Frame:
    """One user frame of a stack: where it stood and, if it was recorded, the plain values of its names.

    ``environment`` indexes ``Trace.environments``; -1 when it was not recorded.
    """

    path: Path
    function: str
    range: Range
    environment: int = -1


class OperationKind(Enum):
    """The opcode of the fx node the operation was recorded as."""

    PLACEHOLDER = "placeholder"
    GET_ATTR = "get_attr"
    CALL_MODULE = "call_module"
    CALL_FUNCTION = "call_function"
    CALL_METHOD = "call_method"


class Phase(Enum):
    CONSTRUCT = "construct"
    FORWARD = "forward"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. ``result`` is None when it raised; ``frames`` are innermost first.

    ``name`` is the node's in the fx graph, '' where the run was made without one.

    ``target`` is the operator's public name: ``torch.cat``, ``torch.nn.functional.relu``, ``Tensor.view``,
    ``operator.add``; for a layer its type (``torch.nn.Linear``), with ``layer`` as its path in the model. ``scope``
    is the path of the innermost non-leaf layer whose forward ran. The two ``_index`` fields index ``Trace.layers``,
    -1 when there is none.
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
    layer_index: int = -1
    scope_index: int = -1

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """The operand tensors in order, those inside lists and tuples included."""
        return tensors_of((*self.arguments, *(value for _, value in self.keywords)))

    def keyword(self, name: str) -> Value | None:
        return next((value for key, value in self.keywords if key == name), None)


def tensors_of(values: tuple[Value, ...]) -> tuple[Tensor, ...]:
    found: list[Tensor] = []
    for value in values:
        if isinstance(value, Tensor):
            found.append(value)
        elif isinstance(value, Sequence):
            found.extend(tensors_of(value.items))
        elif isinstance(value, Mapping):
            found.extend(tensors_of(tuple(item for _, item in value.items)))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Layer:
    """One ``nn.Module`` of the model, in order of construction.

    ``settings`` are its public plain attributes (``in_features``, ``kernel_size``, ...). ``construction`` is the
    chain of user frames, innermost first, at the moment it was built. ``path`` is empty for the model itself and None
    for a layer that was built but is not part of the model (or not yet, when construction failed).
    """

    identity: int
    path: str | None
    type: str
    settings: tuple[tuple[str, Value], ...]
    parameters: tuple[tuple[str, tuple[int, ...]], ...]
    construction: tuple[Frame, ...]
    is_leaf: bool

    @property
    def parameter_count(self) -> int:
        """Elements of the layer's own parameters, without those of its children."""
        total = 0
        for _, shape in self.parameters:
            count = 1
            for size in shape:
                count *= size
            total += count
        return total

    def setting(self, name: str) -> Value | None:
        return next((value for key, value in self.settings if key == name), None)

    @property
    def kind(self) -> str:
        """The bare class name: ``Linear`` of ``torch.nn.Linear``."""
        return self.type.rpartition(".")[2]


class Stage(Enum):
    """What was being done when the run ended."""

    IMPORT = "import"
    CONSTRUCT = "construct"
    SAMPLE = "sample"
    FORWARD = "forward"
    SCRIPT = "script"


@dataclass(frozen=True, slots=True)
class Failure:
    """The raw error that ended a run.

    ``operation`` indexes the operation that raised, -1 when none did (plain Python raised). ``frames`` are the user
    frames of the traceback, innermost first. ``callee`` is the first function outside the project that the innermost
    user frame called (``torch.nn.modules.normalization.GroupNorm.__init__``), empty when user code itself raised,
    with its plain arguments.
    """

    type: str
    message: str
    stage: Stage
    operation: int
    frames: tuple[Frame, ...]
    callee: str = ""
    arguments: tuple[tuple[str, Value], ...] = ()


class Ending(Enum):
    """How a run of user code ended; everything but PASSED carries a message."""

    PASSED = "passed"
    RAISED = "raised"
    IMPORT_FAILED = "import failed"
    NO_MODEL = "no model"
    BAD_SAMPLE = "bad sample"
    EXITED = "exited"
    TIMED_OUT = "timed out"
    CRASHED = "crashed"
    OUT_OF_MEMORY = "out of memory"
    NEEDS_VALUES = "needs values"
    LIMIT_REACHED = "limit reached"
    REFUSED = "refused"
    PROBE_FAILED = "probe failed"


class CheckKind(Enum):
    """The rungs of the verification ladder, in order (design section 6)."""

    FORWARD = "forward on the sample"
    ALSO = "forward on the other samples"
    BATCH = "other batch sizes"
    INDEPENDENT = "no batch mixing"
    BACKWARD = "backward"
    FRESH = "fresh process"
    EQUAL = "equal outputs with the same weights"


class CheckOutcome(Enum):
    PASSED = "passed"
    FAILED = "failed"
    NOT_ASKED = "not asked"


@dataclass(frozen=True, slots=True)
class Check:
    """One rung: what came of it, and in words why (sizes that disagree, or why the question could not be asked).

    ``operation`` indexes the operation of the trace that puts samples together, -1 when none was found; ``dimension``
    is the one that the samples lay along in its first operand.
    """

    kind: CheckKind
    outcome: CheckOutcome
    detail: str = ""
    operation: int = -1
    dimension: int = -1


@dataclass(frozen=True, slots=True)
class Run:
    """What is asked of the probe for one request: the edited texts, and how they are run.

    ``checks``: with the ladder; ``fresh``: in a process that has run no user code; ``graph``: with the forward's graph.
    """

    texts: Texts = ()
    checks: bool = False
    fresh: bool = False
    graph: bool = False


class Isolation(Enum):
    """How the user's files were kept as they are while the code ran; the strongest first."""

    OVERLAY = "overlay"
    LANDLOCK = "landlock"
    COPIES = "copies"


@dataclass(frozen=True, slots=True)
class Trace:
    """One run of the model as plain data.

    ``mode`` is META where tensors had no storage; ``need`` is then what they would take, in bytes. ``invented`` names
    the operations that need values which only storage gives. ``isolation`` is None where the run has told nothing.
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
    state_dict: tuple[tuple[str, tuple[int, ...]], ...] = ()
    files: tuple[Path, ...] = ()
    data_files: tuple[Path, ...] = ()
    placeholders: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    sliced: bool = False
    candidates: tuple[str, ...] = ()
    seconds: float = 0.0
    graph: str = ""
    mode: Mode = Mode.REAL
    need: int = 0
    invented: tuple[str, ...] = ()
    isolation: Isolation | None = None

    @property
    def failed_operation(self) -> Operation | None:
        if self.failure is None or self.failure.operation < 0:
            return None
        return self.operations[self.failure.operation]


# --------------------------------------------------------------------------------------------------------------------
# Diagnosis
# --------------------------------------------------------------------------------------------------------------------


class Mismatch(Enum):
    """Which numbers disagree. Rules register for one or several of these."""

    LINEAR_IN_FEATURES = "linear-in-features"
    CONV_CHANNELS = "conv-channels"
    CONV_GROUPS = "conv-groups"
    CONV_RANK = "conv-rank"
    KERNEL_TOO_LARGE = "kernel-too-large"
    NORM_FEATURES = "norm-features"
    NORM_RANK = "norm-rank"
    NORM_GROUPS = "norm-groups"
    NORM_BATCH_OF_ONE = "norm-batch-of-one"
    RNN_INPUT_SIZE = "rnn-input-size"
    RNN_HIDDEN = "rnn-hidden"
    RNN_RANK = "rnn-rank"
    ATTENTION_WIDTH = "attention-width"
    ATTENTION_HEADS = "attention-heads"
    ATTENTION_MASK = "attention-mask"
    EMBEDDING_RANGE = "embedding-range"
    EMBEDDING_DTYPE = "embedding-dtype"
    BILINEAR_FEATURES = "bilinear-features"
    VIEW_SIZE = "view-size"
    VIEW_CONTIGUITY = "view-contiguity"
    MATMUL = "matmul"
    CONCATENATE = "concatenate"
    BROADCAST = "broadcast"
    EXPAND = "expand"
    DIMENSION_RANGE = "dimension-range"
    INDEX_RANGE = "index-range"
    INDEX_RANK = "index-rank"
    UNPACK = "unpack"
    PARTS = "parts"
    RANK = "rank"
    TUPLE_RESULT = "tuple-result"
    DTYPE = "dtype"
    LOSS_SHAPE = "loss-shape"
    LOSS_CLASSES = "loss-classes"
    LOSS_BATCH = "loss-batch"
    LOSS_DTYPE = "loss-dtype"
    LOSS_SCALAR = "loss-scalar"
    MISSING_NAME = "missing-name"
    REFACTORING = "refactoring"
    SILENT_BROADCAST = "silent-broadcast"
    SILENT_FOLD = "silent-fold"
    SILENT_REDUCTION = "silent-reduction"
    SILENT_SQUEEZE = "silent-squeeze"
    SILENT_BATCH = "silent-batch"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Finding:
    """What diagnose concluded from a failure: kind of mismatch, where, expected, actual.

    ``location`` is the place a reader is shown (the size argument where one is at fault, else the failing call);
    ``call`` is the failing call. ``subject`` names the layer or operator. ``expected`` and ``actual`` are the sizes
    (or whole shapes) that disagree. ``parameter`` is the layer argument at fault (``in_features``), empty when there
    is none. ``dimension`` is the dimension of the operand at fault, ``operand`` its index among the operation's
    tensors. ``silent``: nothing raised; the fault shows in shapes or on other inputs.
    """

    mismatch: Mismatch
    message: str
    location: Location
    call: Location
    subject: str
    expected: tuple[int, ...] = ()
    actual: tuple[int, ...] = ()
    operation: int = -1
    layer: int = -1
    parameter: str = ""
    operand: int = -1
    dimension: int | None = None
    silent: bool = False


# --------------------------------------------------------------------------------------------------------------------
# Fixes and plans
# --------------------------------------------------------------------------------------------------------------------


class Applicability(Enum):
    """How much a fix may be trusted; verifying may lower it, never raise it."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    DISPLAY_ONLY = "display-only"


@dataclass(frozen=True, slots=True)
class Fix:
    """A title and edits that only make sense together.

    ``cost`` is in tenths of the plainest edit (10 = one literal at the failing layer). ``reason`` says in one
    sentence why this repair, ``title`` what it does, in the imperative.
    """

    rule: str
    title: str
    edits: tuple[Edit, ...]
    cost: int
    applicability: Applicability = Applicability.SAFE
    reason: str = ""


class Verdict(Enum):
    PASSES = "passes"
    PROGRESSES = "progresses"
    FAILS = "fails"


@dataclass(frozen=True, slots=True)
class Step:
    """One fix of a plan with the finding it answers."""

    finding: Finding
    fix: Fix


@dataclass(frozen=True, slots=True)
class Proof:
    """What was run and what it showed, before and after."""

    chain_before: tuple[str, ...]
    chain_after: tuple[str, ...]
    output: str
    parameters_before: int | None
    parameters_after: int
    state_added: tuple[str, ...]
    state_removed: tuple[str, ...]
    state_changed: tuple[str, ...]
    checks: tuple[Check, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Plan:
    """One or more fixes that together repair the model, with the text of each file they change.

    ``reach`` is what of the cost it pays for places besides the fault.
    """

    steps: tuple[Step, ...]
    cost: int
    applicability: Applicability
    texts: tuple[tuple[Path, str], ...]
    proof: Proof
    notes: tuple[str, ...] = ()
    reach: int = 0

    @property
    def title(self) -> str:
        return "; ".join(step.fix.title for step in self.steps)


class RepairEnding(Enum):
    """How the search ended; a named value in every report."""

    HEALTHY = "nothing to repair"
    REPAIRED = "a plan was verified"
    NO_FIX = "no fix helps"
    LIMIT = "the search limit was reached"
    NOT_RUN = "the model could not be run"
    SUPPRESSED = "the finding is suppressed by a comment"
    SEARCHING = "the search for a repair is under way"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What a reader is shown for one finding: code, message, where, and the operations whose shapes led there.

    ``code`` is the rule's that answers it in the best plan, or AF900 when none does.
    """

    code: str
    name: str
    finding: Finding
    chain: tuple[ChainLink, ...] = ()
    fixed_by: Fix | None = None
    suppressed: bool = False


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One step of the shape chain: operator or layer, its place, and the shape that came out (or went in, for the
    last).
    """

    label: str
    shape: str
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What one probe run and one repair may spend and touch.

    Memory is for one process: 0 is no limit of ours, None nine tenths of the machine's. Of the other sizes and counts
    0 is no limit either; a run may have 16 threads for each process.
    """

    run_seconds: float = 30.0
    memory_mib: int | None = None
    probes: int = 160
    seconds: float = 90.0
    file_mib: int = 1024
    processes: int = 256
    open_files: int = 4096
    network: bool = False
    temporary_directory: bool = False


@dataclass(frozen=True, slots=True)
class Spent:
    probes: int
    seconds: float


@dataclass(frozen=True, slots=True)
class SourceText:
    """The text of one file of the project as it was analysed, and how its bytes are written."""

    path: Path
    text: str
    encoding: str = "utf-8"
    bom: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """All diagnostics and endings of one run.

    ``plan`` is the best plan (or the picked one); ``alternatives`` the others by rank. ``texts`` are the analysed
    texts of every file that a plan changes. ``trace`` is the run of the original text.
    """

    target: Target
    ending: RepairEnding
    message: str
    trace: Trace
    diagnostics: tuple[Diagnostic, ...] = ()
    plan: Plan | None = None
    alternatives: tuple[Plan, ...] = ()
    texts: tuple[SourceText, ...] = ()
    notes: tuple[str, ...] = ()
    spent: Spent = field(default_factory=lambda: Spent(0, 0.0))
