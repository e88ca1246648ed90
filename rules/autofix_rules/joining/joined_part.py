"""AF318 joined-part: a layer before a concatenation gives out another width than the layer behind it counts.

Why it fails
    The width of joined tensors is the sum of theirs, so a layer that gives out too little or too much is noticed only
    where the sum goes in.
What the fix does
    Makes that layer give out what is missing in the sum. It comes before another width of the receiver where the part
    then has the width of the others, or fits the layer before it better.
Fix safety
    Unsafe unless only one layer can have given the wrong part.
Source
    torch.cat.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.provenance import width_evidence
from autofix.provenance.producers import argument_sites, output_parameter, set_output
from autofix.rule import Evidence, Example, Finding, Fix, Mismatch, Project, Rule, model

_TWO = "self.a = nn.Linear(6, 8)\nself.b = nn.Linear(6, {})\nself.out = nn.Linear({}, 2)"
_FORWARD = "self.out(torch.cat([self.a(x), self.b(x)], 1))"


class JoinedPart(Rule):
    code = "AF318"
    name = "joined-part"
    mismatches = (Mismatch.LINEAR_IN_FEATURES, Mismatch.CONV_CHANNELS, Mismatch.RNN_INPUT_SIZE, Mismatch.NORM_FEATURES)
    examples = (
        Example(
            "a part that is to be as wide as the other", ((4, 6),), model(_TWO.format(4, 16), _FORWARD), {"4": "8"}
        ),
        Example(
            "both directions of a recurrent layer",
            ((4, 9, 6),),
            model(
                "self.a = nn.Linear(6, 16)\nself.rnn = nn.GRU(6, 4, batch_first=True, bidirectional=True)\n"
                "self.out = nn.Linear(32, 2)",
                "self.out(torch.cat([self.a(x), self.rnn(x)[0]], 2))",
            ),
            {"4": "8"},
        ),
        Example(
            "declines parts that the model was given",
            ((4, 6),),
            model("self.out = nn.Linear(16, 2)", "self.out(torch.cat([x, x], 1))"),
            repaired_by=("AF101",),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Iterator[Fix]:
        operation = project.operation(finding)
        if operation is None or not operation.tensors or finding.dimension is None or len(finding.expected) != 1:
            return
        for part in width_evidence.joined_parts(project, operation.tensors[0], finding.dimension, finding.expected[0]):
            evidence = width_evidence.PRODUCER_DISAGREES[1] if part.disagrees else (Evidence.PRODUCER,)
            for site in argument_sites(project, part.layer, output_parameter(part.layer), part.width):
                title = f"{set_output(part.layer, part.width)}, so that the joined ones are {finding.expected[0]}"
                yield self.fix(title, site.edits, *site.evidence, *evidence)
