"""AF702 exchanged-arguments: a caller passes two arguments in each other's place.

Why it fails. ``self.attend(regions, words)`` calls ``forward(self, query, context)``, and the layers for the query
were built for words. The line that fails is inside; the mistake is at the caller, of a method, a function or a
constructor. Or ``nn.Linear(64, 128)`` says what goes in where it says what comes out, ``x.repeat(n, 1, 1)`` repeats
samples where steps are meant, and ``down @ up`` has the factors the wrong way round.
What the fix does. Exchanges the two arguments at the call, or passes one by the name that it has; two options with
which a layer cannot run, such as a stride of 0, and two tensors that the call takes the other way round.
Fix safety. Safe where both arguments have the names of each other's parameters, and for the sizes of a layer that no
name contradicts. Unsafe where only the sizes say it.
Source. The Python language reference, section Calls; torch.nn, sections Parameters.
"""

from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.edits.exchanged_sizes import contradict, exchanged_sizes
from autofix.edits.named_arguments import named_arguments
from autofix.edits.written_arguments import of_failed_call, of_indices, of_options, of_products, of_sizes, of_tensors
from autofix.facts.passed_arguments import (
    Crossing,
    PassedArgument,
    PassedCall,
    crossing,
    fits,
    is_refused,
    passed_calls,
)
from autofix.records.costs import Piece
from autofix.records.trace import OperationKind
from autofix.rule import LOUD, Evidence, Example, Finding, Fix, Fixes, Mismatch, Project, Rule, model, shown

_GUIDED = """class Guided(nn.Module):
    def __init__(self, query_dim, context_dim):
        super().__init__()
        self.q = nn.Linear(query_dim, 8)
        self.k = nn.Linear(context_dim, 8)

    def forward(self, query, context):
        weights = self.q(query) @ self.k(context).transpose(1, 2)
        return weights.softmax(-1) @ self.k(context)
"""
_REFUSALS = frozenset(("TypeError", "RuntimeError", "ValueError"))  # Of a call that says what it cannot take.
_FRAMES = "def frame(signal, window, hop):\n    return signal.unfold(-1, window, hop)\n"
_SCALED = "def scaled(values, bias=0.0, scale=None):\n    return (values + bias) * scale.view(-1, 1)\n"
_DENSE = """class Dense(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.linear = nn.Linear(in_features, out_features)

    def forward(self, x):
        return self.linear(x)
"""
_STACK = """class Stack(nn.Module):
    def __init__(self, width, widths):
        super().__init__()
        layers = []
        for size in widths:
            layers.append(nn.Linear(width, size))
            width = size
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return self.layers(x)
"""
_FACTORS = """self.base = nn.Parameter(torch.ones(8, 8))
self.down = nn.Parameter(torch.ones(2, 8))
self.up = nn.Parameter(torch.ones(8, 2))"""


class ExchangedArguments(Rule):
    mismatches = tuple(m for m in LOUD if m not in (Mismatch.NORM_BATCH_OF_ONE, Mismatch.PARTS))
    examples = (
        *shown(
            """
        samples repeated where steps are meant: 2,5,6
            self.k = 3
            torch.cat([x, x[:, -1:].repeat(<self.k, 1 => 1, self.k>, 1)], dim=1)
        declines sizes that are not the other's: 4,6
            self.a = nn.Linear(6, 8); self.b = nn.Linear(3, 7); self.c = nn.Linear(3, 2)
            self.c(self.b(self.a(x)))
            by AF101
        a query and its context: 2,7,5 2,9,6
            above: guided
            self.attend = Guided(5, 6)
            self.attend(<y, x => x, y>).mean(1)
        a function that made the operand: 2,160
            above: frames
            self.window, self.hop = 40, 16; self.mel = nn.Linear(40, 8)
            self.mel(frame(x, self.<hop => window>, self.<window => hop>))
        a list of widths and a width: 4,6
            above: stack
            self.net = Stack(<[8, 4], 6 => 6, [8, 4]>)
            self.net(x)
        the sizes of a layer: 4,6
            self.a = nn.Linear(6, 8); self.b = nn.Linear(<3, 8 => 8, 3>); self.c = nn.Linear(3, 2)
            self.c(self.b(self.a(x)))
        the sizes of a layer in a class of its own: 4,6
            above: dense
            self.a = Dense(6, 12); self.b = Dense(<3, 12 => 12, 3>); self.c = Dense(3, 2)
            self.c(self.b(self.a(x)))
        the name of a parameter further on: 2,7,5
            above: scaled
            self.scale = torch.ones(7)
            scaled(x, <self.scale => scale=self.scale>)
        declines arguments of one shape: 2,7,5 2,7,5
            above: guided
            self.attend = Guided(6, 6)
            self.attend(y, x)
            by AF101
    """,
            guided=_GUIDED,
            frames=_FRAMES,
            dense=_DENSE,
            scaled=_SCALED,
            stack=_STACK,
        ),
        Example(
            "the factors of a product",
            ((2, 8),),
            model(_FACTORS, "x @ (self.base + self.<down => up> @ self.<up => down>)"),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Fixes:
        operation = project.operation(finding)
        for passed in passed_calls(project, operation, finding.layer):
            yield from map(self.change, named_arguments(passed))
            for first, second in passed.pairs():
                crossed = crossing(first, second)
                evidence = _evidence(finding, passed, first, second, crossed)
                if evidence is None:
                    continue
                yield self._exchanged(first, second, crossed is Crossing.BOTH, *evidence)
        for first, second in exchanged_sizes(project, finding, operation):
            named = crossing(first, second) is Crossing.BOTH
            certain = named or not contradict(first, second)
            yield self._exchanged(first, second, certain, Evidence.EVIDENT, Evidence.AGREES * named)
        yield from self.ranked(_in_one_call(finding, project))

    def _exchanged(self, first: PassedArgument, second: PassedArgument, certain: bool, *evidence: Piece) -> Fix:
        left, right = first.expression, second.expression
        edits = (left.source.replace(left.node, right.text), right.source.replace(right.node, left.text))
        title = f"exchange the arguments of the call: {right.text} before {left.text}"
        reason = "" if certain else "that the arguments are exchanged is told by their sizes, not by their names"
        return self.fix(title, edits, *evidence, doubt=reason)


def _in_one_call(finding: Finding, project: Project) -> Iterator[CodeChange]:
    """Yield the exchanges in a call of a library: the one that refused its arguments, or that made an operand."""
    operation, failure = project.operation(finding), project.trace.failure
    if finding.mismatch is Mismatch.OTHER and failure is not None and failure.type in _REFUSALS:
        is_layer = operation is not None and operation.kind is OperationKind.CALL_MODULE
        yield from of_options(project, operation) if operation and is_layer else of_failed_call(project, operation)
    elif operation is not None:
        if finding.mismatch is Mismatch.EMBEDDING_RANGE and operation.tensors:
            yield from of_indices(project, operation)
        yield from of_tensors(project, operation)
        yield from of_sizes(project, operation)
        yield from of_products(project, operation)


def _evidence(
    finding: Finding, passed: PassedCall, first: PassedArgument, second: PassedArgument, crossed: Crossing
) -> tuple[Piece, ...] | None:
    """Return what speaks for an exchange; None where nothing does."""
    outward = Evidence.OUTWARD * (passed.depth - (not passed.builds))
    if crossed is Crossing.BOTH:
        return Evidence.AGREES * 2, Evidence.EVIDENT, outward  # Each has the other's name.
    if first.has_its_own_name or second.has_its_own_name:
        return None
    is_told = fits(finding, first, second) or fits(finding, second, first) or is_refused(finding, first, second)
    if crossed is Crossing.ONE and (passed.on_stack or is_told):
        return Evidence.EXACT_FIT, outward
    return (Evidence.EVIDENT, outward) if passed.on_stack and is_told else None
