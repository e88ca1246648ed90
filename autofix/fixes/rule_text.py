"""The documentation of a rule as its file has it, and as it is shown."""

from __future__ import annotations

import re

_SECTION = re.compile(r"(Why it fails|What the fix does|Fix safety|Source)\. (.*)")


def laid_out(text: str) -> str:
    """Return the documentation of a rule with the title of each section on a line above what is said there."""
    title, _, body = text.partition("\n")
    lines = [title]
    is_inside = False
    for line in body.splitlines():
        section = _SECTION.fullmatch(line)
        is_inside = bool(line.strip()) and (is_inside or section is not None)
        lines += [section[1], f"    {section[2]}"] if section is not None else [f"    {line}" if is_inside else line]
    return "\n".join(lines)
