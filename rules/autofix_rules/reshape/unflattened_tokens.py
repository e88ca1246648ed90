"""AF207 unflattened-tokens: maps are transposed to tokens without being flattened first.

Why it fails. ``x.transpose(1, 2)`` and ``x.permute(0, 2, 1)`` turn ``(N, C, L)`` into tokens ``(N, L, C)``. Maps
``(N, C, H, W)`` have two dimensions there, which must become one.
What the fix does. Flattens them: ``x.flatten(2).transpose(1, 2)``.
Fix safety. Safe where the channels are what the next layer takes.
Source. torch.flatten; Dosovitskiy et al., An Image is Worth 16x16 Words, section 3.1.
"""

from autofix.edits.rank_changes import tensors_at_fault
from autofix.facts.call_sites import argument_of, followed
from autofix.rule import Evidence, Finding, Fixes, Mismatch, Operation, Project, Rule, shown

_LAID_OUT = frozenset(("view", "reshape", "unflatten"))


class UnflattenedTokens(Rule):
    mismatches = (
        *(Mismatch.RANK, Mismatch.LINEAR_IN_FEATURES, Mismatch.NORM_FEATURES, Mismatch.ATTENTION_WIDTH),
        *(Mismatch.CONCATENATE, Mismatch.BROADCAST, Mismatch.UNPACK, Mismatch.RNN_INPUT_SIZE, Mismatch.RNN_RANK),
    )
    examples = shown("""
        patches: 2,3,8,8
            self.conv = nn.Conv2d(3, 6, 4, 4); self.norm = nn.LayerNorm(6)
            x = self.conv(x).< => flatten(2).>transpose(1, 2); self.norm(x)
        declines heads, which were laid out a moment ago: 2,5,24
            self.fc = nn.Linear(24, 3)
            q = x.view(x.size(0), 5, 4, 6).transpose(1, 2); self.fc(q.transpose(1, 2))
            by AF201
    """)

    def propose(self, finding: Finding, project: Project) -> Fixes:
        operation = project.operation(finding)
        chain = [operation] if operation is not None and finding.mismatch is Mismatch.RANK else []
        chain += [o for tensor in tensors_at_fault(project, finding) for o in project.ancestry(tensor)]
        for count, moved in enumerate(dict.fromkeys(o for o in chain if o is not None and _makes_tokens(o))):
            made_by = project.producer(moved.tensors[0])
            if made_by is not None and made_by.operator in _LAID_OUT:
                continue  # Its dimensions were laid out on purpose a moment ago: heads, not maps.
            base = argument_of(project, moved, 0, "input")
            if base is None:
                continue
            shape = moved.tensors[0].shape
            edit = followed(base, ".flatten(2)")
            title = f"flatten {shape} to {(*shape[:2], shape[2] * shape[3])} before its channels go last"
            yield self.fix(title, (edit,), Evidence.EVIDENT, Evidence.UPSTREAM * count)


def _makes_tokens(operation: Operation) -> bool:
    """Return whether the operation is ``transpose(1, 2)`` or ``permute(0, 2, 1)`` of maps."""
    if not operation.tensors or operation.tensors[0].rank != 4:
        return False
    numbers = tuple(n for n in operation.arguments[1:] if isinstance(n, int))
    return (operation.operator in {"transpose", "swapaxes"} and sorted(numbers) == [1, 2]) or (
        operation.operator == "permute" and numbers == (0, 2, 1)
    )
