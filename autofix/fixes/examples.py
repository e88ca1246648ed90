"""Examples of rules as one text: a line with name and inputs, and below it the model with what the rule changes.

    a norm that is expanded: 4,6
        self.fc = nn.Linear(6, 6)
        n = torch.norm(x, dim=1< => , keepdim=True>); self.fc(x / n.expand_as(x))
    declines what another rule repairs: 2,5 h=2,7
        above: WORDS = 50
        -
        torch.cat([x, h], dim=1)
        by AF101

The first line is that of ``__init__`` (``-`` for none), the others are those of ``forward``, whose last is returned.
``above:`` stands before the class: a line, or the name of a text that is handed over; ``lazy`` prefers lazy layers.
``; `` parts lines, ``#`` begins a remark.
"""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

from autofix.fixes.rule import Example, model

_NAMES = "xyz"
_WORDS = ("above: ", "by ", "lazy")


def shown(text: str, **above: str) -> tuple[Example, ...]:
    """Return the examples of a text; ``<8 => 6>`` in it is an 8, and a 6 after the repair."""
    blocks: list[list[str]] = []
    for line in dedent(text).strip().splitlines():
        if not line.startswith(" "):
            blocks.append([line])
        elif not line.strip().startswith("#"):
            blocks[-1].append(line.strip())
    return tuple(_example(above, *block) for block in blocks)


def _example(texts: Mapping[str, str], title: str, *lines: str) -> Example:
    name, _, words = title.rpartition(": ")
    words_above = [line.removeprefix("above: ") for line in lines if line.startswith("above: ")]
    above = "\n".join(texts.get(word, word.replace("; ", "\n")) for word in words_above)
    by = tuple(word for line in lines if line.startswith("by ") for word in line.split()[1:])
    init, *forward = (line.replace("; ", "\n") for line in lines if not line.startswith(_WORDS))
    pairs = [word.rpartition("=") for word in words.split()]
    inputs = ", ".join(own or usual for (own, _, _), usual in zip(pairs, _NAMES, strict=False))
    before = model("" if init == "-" else init, "\n".join(forward), above, inputs)
    samples = tuple(sample for _, _, sample in pairs)
    return Example(name, samples, before, repaired_by=by, prefer_lazy="lazy" in lines)
