"""AF708 other-argument: an argument of a call on the way has a value with which what follows cannot be content.

Why it fails. ``torch.fft.irfft(spectrum)`` gives an even number of samples where an odd one was transformed; a sum
runs along ``dim=1`` and the next line needs that dimension; a pooling rounds down what has to be joined with maps
that were not. The call itself raises nothing. Weights are loaded into a model that was built otherwise. ``vmap`` maps
parameters that all samples share.
What the fix does. Writes the value that the contracts of all calls since accept: the other value of a switch,
another dimension or order of them, the size that the failing call asks for, a number near the one a call works
with; or another operator of its kind, ``a * b`` for ``a @ b`` and ``cat`` for ``stack``.
Fix safety. Safe for the only pooling that may round up, which leaves even sizes as they are. Else unsafe: which of
several arguments is the one meant the shapes do not tell.
Source. The table of operators in autofix/operators, which has the documentation of torch for each.
"""

from collections import Counter
from functools import partial
from itertools import chain, islice

from autofix.edits.loaded_weights import built_as_saved, settings_as_saved, without_other_sizes
from autofix.edits.mapped_axes import mapped_axes
from autofix.edits.options_at_odds import options_at_odds
from autofix.edits.other_arguments import MOST, ArgumentChange, other_arguments
from autofix.edits.other_dimensions import of_dimension
from autofix.edits.other_operators import other_operators
from autofix.edits.own_switches import own_switches
from autofix.edits.packed_lengths import padded_to_length, samples_first
from autofix.rule import Evidence, Finding, Fixes, Mismatch, Operation, Piece, Project, Rule, shown

_EVIDENCE = {
    ArgumentChange.SWITCH: (Evidence.RUNNER_UP, Evidence.OTHER_READING),
    ArgumentChange.ORDER: (Evidence.OTHER_NAME, Evidence.RUNNER_UP),
    ArgumentChange.SIZE: (Evidence.INSERTED, Evidence.RUNNER_UP),
    ArgumentChange.EXPRESSION: (Evidence.INSERTED, Evidence.AGREES),
    ArgumentChange.TOGETHER: (Evidence.EVIDENT,),
    ArgumentChange.NUMBER: (Evidence.OTHER_READING,),
}
_OTHERS = ("silent", "refactoring", "missing-name", "kernel-too-large", "dimension-range", "index-rank")
_REASON = "that this argument is the one meant is told by the sizes alone"
_OPTION = "the option of that name could be what is wrong"
# It changes nothing for sizes that divide, so that what was right stays so.
_ROUNDS_UP = "ceil_mode"


class OtherArgument(Rule):
    mismatches = tuple(m for m in Mismatch if not m.value.startswith(_OTHERS))
    examples = shown("""
        the length of a transformed signal: 2,3,49
            self.k = 1
            s = torch.fft.rfft(x); y = torch.fft.irfft(s< => , n=x.size(2)>); x + y
        a pooled shortcut: 2,3,7,7
            self.conv = nn.Conv2d(3, 3, 3, 2, 1); self.pool = nn.AvgPool2d(2< => , ceil_mode=True>)
            self.conv(x) + self.pool(x)
        one dimension that is named twice: 2,5,7
            self.k = 1
            i = x.argmax(2); torch.zeros_like(x).scatter_(<1 => -1>, i.unsqueeze(<1 => -1>), 1.0)
        what the constructor works out already: 2,4,9
            s = 5; self.up = nn.ConvTranspose1d(4, 4, 2 * s, s, s // 2 + s % 2< => , output_padding=s % 2>)
            self.up(x) + x.repeat_interleave(5, 2)
        declines where the sizes fit with no other argument: 2,5 2,7
            self.k = 1
            torch.sigmoid(x) + y
    """)

    def propose(self, finding: Finding, project: Project) -> Fixes:
        yield from map(self.change, built_as_saved(project))
        yield from self.ranked(islice(settings_as_saved(project), MOST))
        for rank, (text, edit) in enumerate(mapped_axes(project)):
            yield self.fix(f"pass `{text}`", (edit,), Evidence.EXACT_FIT, Evidence.RUNNER_UP * rank, doubt=_REASON)
        yield from self.ranked(islice(options_at_odds(project, finding), MOST), Evidence.EXACT_FIT, doubt=_OPTION)
        operation = project.operation(finding)
        padded = () if operation is None else padded_to_length(project, operation, finding.layer)
        padded = chain(padded, samples_first(project, operation, finding.layer), without_other_sizes(project))
        yield from map(partial(self.change, doubt=_REASON), padded)
        yield from super().propose(finding, project)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        for rank, (text, edit) in enumerate(own_switches(project, operation, finding.layer)):
            switch, further = _EVIDENCE[ArgumentChange.SWITCH], Evidence.RUNNER_UP * rank
            yield self.fix(f"pass `{text}`", (edit,), *switch, further, Evidence.BY_RUN, doubt=_REASON)
        for exchange in islice(other_operators(project, operation), MOST):
            yield self.change(exchange, doubt=_REASON)
        counts: Counter[ArgumentChange] = Counter()
        others = list(islice(other_arguments(project, operation), MOST))
        rounding = [other for other in others if (other.name, other.text) == (_ROUNDS_UP, "True")]
        for other in others:
            rank, is_certain = counts[other.kind], rounding == [other]
            counts[other.kind] += 1
            beside = (Evidence.FROM_THIS_RUN * other.is_number, Evidence.RUNNER_UP * rank)
            stated = _EVIDENCE.get(other.kind) or of_dimension(finding, project)
            pieces: tuple[Piece, ...] = (Evidence.EXACT_FIT,) if is_certain else (*stated, *beside)
            doubt = "" if is_certain else _REASON
            steps = Evidence.UPSTREAM * other.steps
            yield self.fix(other.words, other.edits, *pieces, *other.evidence, steps, doubt=doubt)
