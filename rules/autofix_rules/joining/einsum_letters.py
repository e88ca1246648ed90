"""AF313 einsum-letters: an einsum names the dimensions of an operand in the wrong order.

Why it fails. Every letter of an equation stands for one size; in ``'bid,bdj->bij'`` the d of both operands must
agree.
What the fix does. Swaps two letters of one operand where every letter then stands for one size; names the dimension
that an operand has more; in a pattern of einops
that names fewer axes than there are, lets the others stand in front: ``'... n -> ... n 1'``.
Fix safety. Unsafe: the equation could be right and the operand be meant to be transposed.
Source. torch.einsum; einops.rearrange.
"""

import ast
from itertools import combinations

from autofix.edits.equation_letters import is_odd, relettered, renamed_axes, with_other_axes
from autofix.facts.call_sites import argument_of
from autofix.records.finding import Mismatch
from autofix.rule import Applicability, Detail, Evidence, Finding, Fixes, Operation, Project, Rule, Tensor, shown

_REASON = "the letters could be meant to name other dimensions"


class EinsumLetters(Rule):
    mismatches = (Mismatch.MATMUL, Mismatch.OTHER)
    applicability = Applicability.UNSAFE
    examples = shown("""
        keys by rows: 2,5,8
            self.k = nn.Linear(8, 8)
            torch.einsum('bid,<bdj => bjd>->bij', x, self.k(x))
        a letter that stands for another dimension: 2,5,8
            self.k = nn.Linear(8, 8)
            torch.einsum('<ttd => btd>,bsd->bts', x, self.k(x))
        points of their own for every sample: 4,8 4,5,8
            self.k = nn.Linear(8, 8)
            torch.einsum('bd,<nd => bnd>->bn', x, self.k(y))
        declines an equation that is computed: 2,5,8
            self.pair = ['bid', 'bdj']
            torch.einsum(','.join(self.pair) + '->bij', x, x)
            by AF420
    """)

    def propose(self, finding: Finding, project: Project) -> Fixes:
        operation = project.operation(finding)
        yield from map(self.change, with_other_axes(project) if operation is None else ())
        for rank, (pattern, edit, is_known) in enumerate(renamed_axes(project) if operation is None else ()):
            evidence = (Evidence.AGREES * is_known, Evidence.RUNNER_UP * min(rank, 3))
            yield self.fix(f"write `{pattern}`", (edit,), *evidence, reason=_REASON)
        if operation is not None and finding.detail is Detail.EQUATION:
            yield from self._letters(project, operation)
            yield from self._one_letter(project, operation)

    def _one_letter(self, project: Project, operation: Operation) -> Fixes:
        """Yield fixes that write one letter otherwise, as in ``ici,bcj->bij``."""
        written = str(operation.argument(0, "equation"))
        for rank, (equation, edit, _) in enumerate(relettered(project, operation)):
            evidence = (Evidence.EVIDENT * is_odd(written), Evidence.RUNNER_UP * min(rank, 3))
            yield self.fix(f"write `{equation}` instead of `{written}`", (edit,), *evidence, reason=_REASON)

    def _letters(self, project: Project, operation: Operation) -> Fixes:
        """Yield fixes that exchange two letters of one operand of an einsum."""
        equation, place = operation.arguments[0], argument_of(project, operation, 0, "equation")
        if not isinstance(equation, str) or place is None or not isinstance(place.node, ast.Constant):
            return
        inputs, arrow, output = equation.replace(" ", "").partition("->")
        terms = inputs.split(",")
        if "." in equation or [len(term) for term in terms] != [tensor.rank for tensor in operation.tensors]:
            return
        quote = place.text[:1]
        for i, term in reversed(list(enumerate(terms))):
            for a, b in combinations(range(len(term)), 2):
                if a == 0 and term[0] == output[:1] and project.is_batch(operation.tensors[i].shape[0]):
                    continue
                changed = [*terms[:i], _swap(term, a, b), *terms[i + 1 :]]
                if _consistent(changed, operation.tensors):
                    edit = place.source.replace(place.node, f"{quote}{','.join(changed)}{arrow}{output}{quote}")
                    title, earlier = f"name the dimensions {changed[i]} instead of {term}", len(terms) - 1 - i
                    yield self.fix(title, (edit,), Evidence.UPSTREAM * earlier, reason=_REASON)


def _swap(term: str, a: int, b: int) -> str:
    letters = list(term)
    letters[a], letters[b] = letters[b], letters[a]
    return "".join(letters)


def _consistent(terms: list[str], tensors: tuple[Tensor, ...]) -> bool:
    """Return whether every letter stands for one size."""
    pairs = {pair for term, t in zip(terms, tensors, strict=True) for pair in zip(term, t.shape, strict=True)}
    return len(pairs) == len({letter for letter, _ in pairs})
