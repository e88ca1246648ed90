"""A manifest of what was found, as text to be edited and used again.

It prints; ``settings`` reads.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from autofix.batch.records import Job, Listed, Missing

HEAD = """\
# What `autofix batch` would run. Save this as autofix.toml, change it, and it is the list of targets from then on.
# `samples` has one text for each input; a sample that is only chosen to fit the layers stands in a comment.
# An entry in comments cannot be run yet: fill in what is missing and remove the leading `#`.
"""


def printed(targets: Iterable[Job | Missing | Listed]) -> str:
    """Return TOML for ``autofix.toml``; a model that cannot be run is a comment that says what is missing, and a class
    that is no target of its own one with the reason.
    """
    known = list(targets)
    entries = ["\n".join(_entry(target)) + "\n" for target in known if not isinstance(target, Listed)]
    listed = [
        f"# {target.kind.value}: {_comment(f'{target.label}: {target.reason}')}"
        for target in known
        if isinstance(target, Listed)
    ]
    return "\n".join((HEAD, *entries, *(["\n".join(listed) + "\n"] if listed else [])))


def _entry(target: Job | Missing) -> Iterator[str]:
    if isinstance(target, Missing):
        yield from ("# [[targets]]", f"# path = {_text(target.path)}")
        if target.model and not target.setting.startswith("model = "):
            yield f"# model = {_text(target.model)}"
        if target.setting:
            yield f"# {_comment(target.setting)}"
        yield f"# missing: {_comment(target.message)}"
        return
    yield "[[targets]]"
    yield f"path = {_text(target.path)}"
    if target.script:
        yield "script = true"
        if target.arguments:
            yield f"arguments = [{', '.join(map(_text, target.arguments))}]"
        if not target.model:
            return
    built = f"  # {_comment(target.built)}" if target.built else ""
    yield f"model = {_text(target.model)}{built}"
    yield from _samples(target)
    if target.also:
        yield f"also = [{', '.join(map(_text, target.also))}]"
    if target.eval:
        yield "eval = true"


def _samples(job: Job) -> Iterator[str]:
    origin = job.origin.lower().replace("_", " ")
    place = f", {_comment(job.place)}" if job.place else ""
    value = (
        f"sample = {_text(job.sample)}"
        if job.sample is not None
        else f"samples = [{', '.join(map(_text, job.samples))}]"
    )
    yield f"# {value}  # solved for" if job.origin == "SOLVED" else f"{value}  # {origin}{place}"


def _text(text: str) -> str:
    """Return a basic string of TOML.

    JSON escapes the same characters in the same way, but leaves many unseen ones alone.
    """
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(character if character.isprintable() else _escape(character) for character in quoted)


def _escape(character: str) -> str:
    number = ord(character)
    return f"\\u{number:04x}" if number < 1 << 16 else f"\\U{number:08x}"


def _comment(text: str) -> str:
    """Return the text on one line, without anything that a terminal would obey."""
    return "".join(
        character if character.isprintable() else repr(character)[1:-1] for character in " ".join(text.split())
    )
