"""AF706 unread-name: another name is read than the one that is at hand for it and that nothing reads.

Why it fails. ``nn.Dropout(p=max_len)`` in a constructor that takes ``drop_prob`` and never reads it; ``self.linear(x)``
where ``joined`` was computed a line before and left alone; ``self.drop2 = nn.Dropout(heads)`` beside
``self.drop1 = nn.Dropout(rate)``; a list that a loop fills and nothing reads, and its last entry read behind it;
a loop over layers each of which reads what the first one read, or the states of all; ``values[1:]`` without the value
after the last step.
What the fix does. Writes, or appends, the name that waits for its use, that is called like the parameter, or that a
line written alike has.
Fix safety. Safe where nothing else reads the name and it is called like what it is passed to, or where the name
that is written is passed a second time. Unsafe where only the run or a line that was copied speaks for it.
Source. The Python language reference, section Naming and binding.
"""

from autofix.edits.appended_rows import appended_rows
from autofix.edits.loop_parts import loop_parts
from autofix.edits.unfed_loops import fed_loops
from autofix.edits.unread_names import ranked, substitutions
from autofix.facts.unread_lists import unread_lists
from autofix.rule import LOUD, Evidence, Example, Finding, Fixes, Mismatch, Project, Rule, model, shown

_TABLE = """class Table(nn.Module):
    def __init__(self, width, rows):
        super().__init__()
        self.words = nn.Embedding(rows, width)

    def forward(self, x):
        return self.words(x)
"""
_OUTER = """class Outer(nn.Module):
    def __init__(self, rows, width):
        super().__init__()
        self.table = Table(width={0}, rows={1})
        self.fc = nn.Linear(width, rows)

    def forward(self, x):
        return self.fc(self.table(x))
"""


class UnreadName(Rule):
    mismatches = (*(m for m in LOUD if m not in (Mismatch.NORM_BATCH_OF_ONE, Mismatch.PARTS)), Mismatch.SILENT_UNUSED)
    examples = (
        *shown("""
        a layer that was built and left alone: 4,6
            self.one = nn.Linear(6, 6); self.two = nn.Linear(6, 6); self.end = nn.Linear(6, 1)
            h = self.<end => two>(self.one(x)); self.end(h)
        a line that is written alike: 4,6
            width, rate = 6, 0.1; self.a = nn.Dropout(rate); self.b = nn.Dropout(<width => rate>)
            self.b(self.a(x))
        a loop that hands on nothing: 4,6
            self.all = nn.ModuleList([nn.Linear(6, 5), nn.Linear(5, 3)])
            for one in self.all: <y => x> = one(x).relu()
            <y => x> * 2
        a part for each pass: 2,3,6
            self.all = nn.ModuleList([nn.Linear(6, 6) for _ in range(4)]); self.p = nn.Parameter(torch.ones(4, 3, 6))
            for <one => i, one> in <self.all => enumerate(self.all)>: x = one(x) * <self.p => self.p[i]>
            x * 2
        declines where every name is read: 4,6
            self.a = nn.Linear(6, 4); self.head = nn.Linear(10, 2)
            h = self.a(x); self.head(h) + x.sum()
            by AF101
    """),
        Example(
            "the name of the parameter",
            ("int64:4,7@0..50",),
            model("self.outer = Outer(50, 8)", "self.outer(x)", _TABLE + "\n\n" + _OUTER.format("rows", "rows")),
            {"=rows,": "=width,"},
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Fixes:
        for operation, read, name in unread_lists(project) if finding.silent else ():
            if operation.index == finding.operation:
                words, edit = f"read `{name}`, which nothing reads", read.source.replace(read.node, name)
                yield self.fix(words, (edit,), doubt="that the entries of all rounds are meant the names alone tell")
        if finding.silent:
            return
        yield from map(self.change, fed_loops(project, project.operation(finding), finding.layer))
        yield from map(self.change, loop_parts(project, finding))
        yield from self.ranked(appended_rows(project, project.operation(finding)))
        for rank, other in ranked(substitutions(project, project.operation(finding), finding.layer)):
            yield self.change(other, Evidence.RUNNER_UP * rank)
