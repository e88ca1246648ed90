"""AF709 other-name: a name is read where another one of the scope is meant.

Why it fails. ``self.fc(z)`` for the joined ``yz``; the mask of the letters where the one of the frames belongs;
``torch.full((latents.shape[0],), 1.0)`` for the size of another batch; ``Stage(width, size)`` where the stage halves
its map first and the next line says ``size // 2``.
What the fix does. Writes another name of the scope, what is worked out from the same name beside it, or the rows that
another tensor of the same length is cut to; in a subscript, those that the part beside it is. What ran is held against
it by the contracts of torch's operators: a name with which the call that failed would be refused again is not tried.
Where a TypeError says that what is read is of another kind, so are the names.
Fix safety. Unsafe: that a name fits does not say that it is meant.
Source. The Python language reference, section Naming and binding.
"""

from autofix.edits.computed_options import named_options
from autofix.edits.names_at_hand import names_at_hand
from autofix.edits.picked_rows import picked_rows
from autofix.rule import LOUD, Applicability, Finding, Fixes, Project, Rule, shown


class OtherName(Rule):
    mismatches = LOUD
    applicability = Applicability.UNSAFE
    examples = shown("""
        the joined features: 4,6
            self.one = nn.Linear(6, 4); self.fc = nn.Linear(10, 2)
            h = self.one(x); hx = torch.cat([h, x], dim=1); self.fc(<h => hx>) * hx.mean()
        the mask of another axis: 2,5,7
            self.k = 1
            x_mask, y_mask = (x.sum(2) > 0).float(), (x.sum(1) > 0).float()
            y = x.transpose(1, 2).exp() * <x => y>_mask.unsqueeze(2); y.sum(1) * x_mask
        declines a name that the call has already: 4,6
            self.a = nn.Linear(6, 4)
            h = self.a(x); h + x
            by AF302
    """)

    def propose(self, finding: Finding, project: Project) -> Fixes:
        operation = project.operation(finding)
        yield from self.ranked(picked_rows(project, operation))
        yield from self.ranked(iter(()) if operation is None else named_options(project, operation))
        yield from self.ranked(names_at_hand(project, operation, finding.layer))
