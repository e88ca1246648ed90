"""What disagrees in a run that failed, or that is silently wrong."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from autofix.records.locations import Location


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
    MISSING_DIM = "missing-dim"
    INDEX_RANGE = "index-range"
    INDEX_RANK = "index-rank"
    UNPACK = "unpack"
    PARTS = "parts"
    RANK = "rank"
    TUPLE_RESULT = "tuple-result"
    DTYPE = "dtype"
    GRADIENT = "gradient"
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
    SILENT_STEPS = "silent-steps"
    SILENT_UNUSED = "silent-unused"
    SILENT_WARNING = "silent-warning"
    OTHER = "other"


# What raised, in a program whose names are all there.
LOUD = tuple(m for m in Mismatch if not m.value.startswith(("silent", "refactoring", "missing-name")))
# What a layer is built for.
FEATURES = (Mismatch.LINEAR_IN_FEATURES, Mismatch.CONV_CHANNELS, Mismatch.NORM_FEATURES, Mismatch.RNN_INPUT_SIZE)
WIDTHS = (*FEATURES, Mismatch.ATTENTION_WIDTH, Mismatch.BILINEAR_FEATURES)
# Where tensors have to agree in all sizes but one, or be of one size there.
MEETING = (Mismatch.BROADCAST, Mismatch.CONCATENATE)


class Detail(Enum):
    """Which of several ways to disagree it is, where a mismatch has more than one."""

    RANK = "rank"  # Of parts that are joined, or an index with too many dimensions.
    SIZE = "size"  # Of parts that are joined.
    INNER = "inner"  # Sizes of a product that are summed over.
    BATCH = "batch"  # Sizes of a product beside the matrices.
    WEIGHT = "weight"  # A weight given to a function.
    EQUATION = "equation"  # Of an einsum.
    PAIR = "pair"  # An LSTM takes a pair of states.
    SINGLE = "single"  # A GRU or RNN takes one state.
    STATE = "state"  # The sizes of a state.
    INDEX = "index"  # One number of a subscript.
    MASK = "mask"  # A mask, or any other tensor, as a subscript.
    CLASSES = "classes"  # The target of a classifier.
    SEQUENCES = "sequences"  # The order of time steps and samples.
    WEIGHTS = "weights"  # What sums to one over the samples, and is summed with over another dimension.
    POSITIONS = "positions"  # Rows of a table that number the samples, not their steps.
    ENTRY = "entry"  # A dimension of one entry by the code.
    ROW = "row"  # A number that fills a row.
    NAMED = "named"  # A size of a view that is read from the tensor itself.
    PAIRS = "pairs"  # One target for each pair of samples.
    TO_FLOAT = "float"  # The target has to be of floating point.
    TO_LONG = "long"  # The target has to be of int64.


@dataclass(frozen=True, slots=True)
class Finding:
    """What diagnose concluded from a failure: kind of mismatch, where, expected, actual.

    ``location`` is the place a reader is shown (the size argument where one is at fault, else the failing call);
    ``call`` is the failing call. ``subject`` names the layer or operator. ``expected`` and ``actual`` are the sizes
    (or whole shapes) that disagree. ``parameter`` is the argument of the layer or call at fault (``in_features``),
    empty when there is none; ``detail`` tells apart what one mismatch can be, ``expression`` is the text in the source
    that is at fault (a name that was never imported, what holds a tuple). ``dimension`` is the dimension of the operand
    at fault, counted from 0, ``operand`` its index among the operation's tensors. ``operation`` and ``layer`` are
    indices into the trace. These four are None where there is no such thing. ``silent``: nothing raised; the fault
    shows in shapes or on other inputs.
    """

    mismatch: Mismatch
    message: str
    location: Location
    call: Location
    subject: str
    expected: tuple[int, ...] = ()
    actual: tuple[int, ...] = ()
    operation: int | None = None
    layer: int | None = None
    parameter: str = ""
    operand: int | None = None
    dimension: int | None = None
    silent: bool = False
    detail: Detail | None = None
    expression: str = ""

    @property
    def is_offer(self) -> bool:
        """Whether nothing is wrong: the code could be written another way."""
        return self.mismatch is Mismatch.REFACTORING
