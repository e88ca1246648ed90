"""An operand laid out or repeated as its partner was, in the words that did it there.

``x.view(-1, self.heads, self.width)`` meets what still has all heads in one row, and states that were repeated for each
beam meet a mask that was not: the partner shows what is missing, wherever each name of it means the same.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from itertools import islice

from autofix.edits.layout import Layout, LayoutChange, WrittenOperand
from autofix.edits.moved_back import order_beside
from autofix.edits.new_axes import only_adds
from autofix.edits.same_values import same_values
from autofix.facts.call_sites import is_method, written
from autofix.facts.contracts import Shape, bound
from autofix.facts.evaluate import UNKNOWN
from autofix.facts.project_view import Expression, Project
from autofix.operators.families import Family
from autofix.operators.table import family
from autofix.records.locations import Range
from autofix.records.trace import Operation
from autofix.records.values import Sequence, Tensor, Value
from autofix.syntax.spelling import receiver

_LAYING = frozenset((Family.VIEW, Family.RESHAPE, Family.FLATTENING, Family.UNFLATTENING))
_REPEATING = frozenset((Family.EXPANSION, Family.REPETITION))
# What leaves dimensions where they are, or only picks some of the first: what was laid out before is so after it.
_PASSING = frozenset(
    (
        *(Family.POINTWISE, Family.ACTIVATION, Family.CONVERSION, Family.DROPOUT, Family.SOFTMAX),
        *(Family.LAYER_NORM, Family.NORMALISATION, Family.SUBSCRIPT, Family.INDEXING, Family.GATHERING),
    )
)
_MOST_BACK = 12


def as_partners(operand: WrittenOperand) -> Iterator[Layout]:
    """Yield an operand with what the others went through, where it is or where its value was before."""
    project, tensor = operand.project, operand.tensor
    seen = {tensor.shape}
    for _, other in operand.others:
        if order_beside(project, other, tensor) is not None:
            continue  # The other was moved, and is to be brought back.
        for chain in _chains(project, other):
            after, of_samples = _carried(project, chain, tensor.shape)
            is_base = chain[0].tensors[:1] == (tensor,)  # Then the other was to be brought back to what it came from.
            if after is None or after in seen or is_base:
                continue
            seen.add(after)
            for place in (operand.place, *(before for _, before in same_values(project, operand.place, tensor))):
                text = _written_behind(project, chain, place, of_samples)
                if text:
                    words = f"lay {tensor.shape} out as what it meets: `{text}`"
                    edit = place.source.replace(place.node, text)
                    yield Layout(LayoutChange.ALIKE, edit, words, tensor.shape, after)
                    break


def _chains(project: Project, tensor: Tensor) -> Iterator[tuple[Operation, ...]]:
    """Yield what laid a tensor out or repeated it, one operation more each time."""
    chain: tuple[Operation, ...] = ()
    for maker in islice(project.ancestry(tensor), _MOST_BACK):
        kind, place = family(maker.target), written(project, maker)
        if place is not None and (kind in _LAYING | _REPEATING or only_adds(place.node)):
            chain = (maker, *chain)
            yield chain
        elif kind not in _PASSING:
            chain = ()


def _carried(project: Project, chain: tuple[Operation, ...], shape: Shape) -> tuple[Shape | None, set[int]]:
    """Return what a chain of operations makes of a shape, None where one of them would refuse it; and those of which
    the first size is the number of samples of their operand, which is another here.
    """
    after: Shape | None = shape
    of_samples: set[int] = set()
    for maker in chain:
        call = bound(project, maker)
        if call is None or not call.operands or after is None:
            return None, of_samples
        other = call.with_shape(call.operands[0], after)
        asked = call.call.get("shape")
        if (
            not other.is_accepted
            and isinstance(asked, tuple)
            and asked
            and after
            and -1 not in asked
            and asked[0] != after[0]
        ):
            other = other.with_argument("shape", (-1, *asked[1:]))
            of_samples.add(maker.index)
        after = other.result()
    return after, of_samples


def _written_behind(project: Project, chain: tuple[Operation, ...], place: Expression, of_samples: set[int]) -> str:
    """Return the text of a place with operations behind it; empty where a name means something else there."""
    text = place.text
    for maker in chain:
        call = written(project, maker)
        is_freed = maker.index in of_samples
        if call is None or not _says_the_same(project, maker, call.node, place, is_freed):
            return ""
        node = call.node
        if isinstance(node, ast.Subscript):
            text = f"{receiver(text)}[{call.source.text_of(node.slice)}]"
        elif isinstance(node, ast.Call) and is_method(maker, node) and isinstance(node.func, ast.Attribute):
            arguments = [call.source.text_of(part) for part in (*node.args, *node.keywords)]
            if is_freed and isinstance(node.args[0], (ast.Tuple, ast.List)):
                return ""
            sizes = ["-1", *arguments[1:]] if is_freed else arguments
            text = f"{receiver(text)}.{node.func.attr}({', '.join(sizes)})"
        elif isinstance(node, ast.Call) and node.args and not is_freed:
            before = Range(call.source.range_of(node).start, call.source.range_of(node.args[0]).start)
            behind = Range(call.source.range_of(node.args[0]).end, call.source.range_of(node).end)
            text = f"{call.source.segment(before)}{text}{call.source.segment(behind)}"
        else:
            return ""
    return text


def _says_the_same(project: Project, maker: Operation, node: ast.expr, place: Expression, is_freed: bool) -> bool:
    """Return whether the arguments of a call have at a place the values that they had in it."""
    if not isinstance(node, ast.Call):
        return True
    is_first_before = is_method(maker, node)
    arguments = [*node.args[not is_first_before :], *(keyword.value for keyword in node.keywords)]
    passed = [*maker.arguments[1:], *(value for _, value in maker.keywords)]
    values = [*_numbers(project.value(place.at(argument)) for argument in arguments)][is_freed:]
    return values == [*_numbers(passed)][is_freed:] and UNKNOWN not in values


def _numbers(values: Iterable[Value]) -> Iterator[Value]:
    for value in values:
        if isinstance(value, Sequence):
            yield from _numbers(value.items)
        else:
            yield value
