"""AF125 operand-size: an operand was made in a size of its own, not in that which the call takes.

Why it fails. ``torch.randn(8)`` of a table of frequencies gives the operand of a layer its width;
``x @ self.weight`` multiplies the features of x by the rows of a weight that was made for another number; keys of
fewer heads are repeated until there is one for each query head, and the count is a number or the quotient of other
sizes; or the same repetition is made twice.
What the fix does. Sets the size in the call that made the operand, found back through what was done with it, at its
root: ``torch.randn(n_in, n_out)`` and the default or argument behind ``n_in``. A quotient stays a quotient. At a
higher cost, the layer before gives out what a parameter takes. One of two equal repetitions is left out.
Fix safety. Safe for a parameter whose size is set in one place. Else unsafe: the call may as well be meant for the
size that there is.
Source. torch.matmul, torch.nn.Parameter, torch.Tensor.repeat and the section Shape of the layers' documentation.
"""

from autofix.edits.repeated_twice import repeated_twice
from autofix.edits.resize_tensor import clashes, parameters, resizings
from autofix.facts.checked_shapes import is_check, numbers
from autofix.facts.contracts import disagreements
from autofix.facts.size_origins import origin
from autofix.provenance.producers import producer_sites, set_output
from autofix.records.finding import Mismatch
from autofix.records.trace import Operation, OperationKind, Phase
from autofix.rule import WIDTHS, Detail, Evidence, Example, Finding, Fixes, Project, Rule, Tensor, model, shown, sites

_TABLE = """width = 6
self.pre = nn.Linear(width, width)
self.register_buffer('table', torch.randn({}))
self.fc = nn.Linear(2 * width, 3)"""
_ANGLES = "a = self.pre(x).mean(1)[:, None] * self.table\nself.fc(torch.cat([a.sin(), a.cos()], -1))"
_MEETING = (Mismatch.MATMUL, Mismatch.BROADCAST)


class OperandSize(Rule):
    mismatches = (*WIDTHS, *_MEETING, Mismatch.CONCATENATE)
    examples = (
        *shown("""
        a constant behind the rows of a weight: 2,8
            above: ROWS = <6 => 8>
            self.w = nn.Parameter(torch.randn(ROWS, 3))
            torch.matmul(x, self.w)
        keys for every query head: 2,5,6
            self.q = nn.Linear(6, 8); self.k = nn.Linear(6, 4)
            q = self.q(x).view(-1, 5, 4, 2).transpose(1, 2); k = self.k(x).view(-1, 5, 2, 2).transpose(1, 2)
            k = k.repeat_interleave(<3 => 2>, dim=1); q @ k.transpose(2, 3)
        features that are repeated twice: 2,6 2,4,6
            self.fc = nn.Linear(6, 6)
            h = self.fc(x).repeat_interleave(3, 0); y = y.repeat_interleave(3, 0)<.repeat_interleave(3, 0) => >
            (y @ h.unsqueeze(2)).squeeze(2)
        declines inputs that do not meet: 2,8 6,3
            self.k = 1
            x @ y
    """),
        Example("sines and cosines of a table", ((4, 6),), model(_TABLE.format(8), _ANGLES), {"8": "6"}),
    )

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        yield from map(self.change, repeated_twice(project, operation))
        if finding.detail is Detail.EQUATION:
            for own, dimension, target_size in disagreements(project, operation):
                if is_check(operation) and target_size == 1 and dimension == 0:
                    continue  # What there is one of is meant for all.
                yield from self._made(project, own, dimension, target_size, "operand")
                for layer, site in producer_sites(project, own, target_size) if is_check(operation) else ():
                    title = set_output(layer, site.result)
                    yield self.fix(title, site.edits, *site.evidence, Evidence.PRODUCER, unsafe=True)
            for number, size in numbers(project, operation):
                for site in sites(project, number, size):
                    title = f"make `{number.text}` {site.text}"
                    yield self.fix(title, site.edits, *site.evidence, unsafe=True)
        elif finding.mismatch in WIDTHS:
            yield from self._for_layer(finding, project, operation)
        elif finding.mismatch in _MEETING and len(operation.tensors) > 1:
            yield from self._repeated(finding, project, operation)
            for own, dimension, other in parameters(finding, project, operation):
                yield from self._parameter(project, own, dimension, other)

    def _for_layer(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        if finding.operand is None or finding.dimension is None or len(finding.expected) != 1:
            return
        tensor, (expected,) = operation.tensors[finding.operand], finding.expected
        for resizing in resizings(project, tensor, {finding.dimension: expected}):
            title = f"make dimension {finding.dimension} of what `{finding.subject}` is given {expected}"
            yield self.fix(title, resizing.edits, *resizing.evidence, Evidence.PRODUCER, unsafe=True)

    def _repeated(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        # The last two dimensions of a product are multiplied, not repeated.
        inner = 2 if finding.mismatch is Mismatch.MATMUL else 0
        left, right = operation.tensors[0], operation.tensors[max(finding.operand or 0, 1)]
        for tensor, other in ((right, left), (left, right)):
            for dimension, target_size in clashes(tensor, other).items():
                size_origin = origin(project, tensor, dimension) if dimension < tensor.rank - inner else None
                size = None if size_origin is None else size_origin.wanted(target_size)
                if size_origin is None or size is None or size_origin.phase is not Phase.FORWARD or size_origin.of == 1:
                    continue
                for site in sites(project, size_origin.expression, size):
                    title = f"repeat the {size_origin.of} entries {size} times, for {target_size} in the other operand"
                    reason = "the other operand could be meant to have another number"
                    yield self.fix(title, site.edits, *site.evidence, doubt=reason)

    def _made(self, project: Project, own: Tensor, dimension: int, size: int, what: str, hides: bool = False) -> Fixes:
        made_by, maker = origin(project, own, dimension), project.producer(own)
        value = None if made_by is None else made_by.wanted(size)
        # What is no part of a model is data, which may be meant to have the size that it has.
        is_data = what == "operand" and (maker is None or maker.kind is not OperationKind.GET_ATTR)
        for site in sites(project, made_by.expression, value) if made_by is not None and value is not None else ():
            title = f"make dimension {dimension} of the {what} {size}"
            pieces = Evidence.OUTWARD, Evidence.HIDES_FAULT * hides
            yield self.fix(title, site.edits, *site.evidence, *pieces, unsafe=is_data)

    def _parameter(self, project: Project, own: Tensor, dimension: int, other: Tensor) -> Fixes:
        """Yield fixes of the size of a parameter, and of the layer that gave out what it meets."""
        maker, target_size = project.producer(own), other.shape[-1]
        is_own = maker is not None and (maker.kind is OperationKind.GET_ATTR or maker.operator in {"t", "T"})
        if own.rank > 1 and is_own:
            # A weight that fits the other way round was laid the other way round.
            yield from self._made(project, own, dimension, target_size, "parameter", target_size in own.shape)
        for layer, site in producer_sites(project, other, own.shape[dimension]):
            if target_size in [value for _, value in layer.settings]:
                evidence, reason = (Evidence.PRODUCER, Evidence.RUNNER_UP), "the parameter could be meant to change"
                title = set_output(layer, site.result)
                yield self.fix(title, site.edits, *site.evidence, *evidence, doubt=reason)
