"""Check the licences of what is installed with autofix: `python .ci/licences.py [EXTRA ...]`.

It walks from the dependencies of pyproject.toml, and from those of the extras that are named, to all that they need.
It ends with 1 where a package has a licence that is not on the list, or says none.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
# They let the program be used, changed and passed on under its own licence. MPL asks that of its own files alone.
ALLOWED = frozenset(
    (
        *("0BSD", "APACHE", "APACHE-2.0", "BSD", "BSD-2-CLAUSE", "BSD-3-CLAUSE", "BSL-1.0", "CC0-1.0", "ISC", "ISCL"),
        *("LLVM-EXCEPTION", "MIT", "MIT-0", "MIT-CMU", "MPL-2.0", "PSF-2.0", "ZLIB"),
    )
)
_CLASSIFIER = "License :: OSI Approved :: "
# Classifiers are sentences: what is left of one without these words is the licence.
_FILLING = re.compile(r"\b(licen[sc]e|software|mozilla public licen[sc]e 2\.0)\b", re.IGNORECASE)


def main(extras: list[str]) -> int:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    first = [*project["dependencies"], *(text for extra in extras for text in project["optional-dependencies"][extra])]
    refused = 0
    for distribution in installed(first):
        expression = licence(distribution)
        mark = "" if is_allowed(expression) else "  <-- not on the list"
        refused += bool(mark)
        print(f"{distribution.name:<28}{expression or 'none'}{mark}")
    return 1 if refused else 0


def installed(requirements: list[str]) -> Iterator[metadata.Distribution]:
    """Yield the distributions that are needed, each once; what is not installed here is not wanted here."""
    waiting, seen = [(Requirement(text), frozenset[str]()) for text in requirements], set[tuple[str, frozenset[str]]]()
    listed: set[str] = set()
    while waiting:
        requirement, above = waiting.pop(0)
        wanted = [{"extra": extra} for extra in (*above, "")]
        key = (canonicalize_name(requirement.name), frozenset(requirement.extras))
        if key in seen or (requirement.marker is not None and not any(map(requirement.marker.evaluate, wanted))):
            continue
        seen.add(key)
        try:
            distribution = metadata.distribution(requirement.name)
        except metadata.PackageNotFoundError:
            continue
        waiting += [(Requirement(text), key[1]) for text in distribution.requires or ()]
        if key[0] not in listed and key[0] != "torch-autofix":
            listed.add(key[0])
            yield distribution


def licence(distribution: metadata.Distribution) -> str:
    """Return what a distribution says of its licence, as an expression, by the best place where it says it."""
    fields = distribution.metadata
    expression = fields.get("License-Expression")
    if expression:
        return str(expression)
    classifiers = [text for text in fields.get_all("Classifier") or () if text.startswith(_CLASSIFIER)]
    if classifiers:
        return " AND ".join(_words(text.removeprefix(_CLASSIFIER)) for text in classifiers)
    return _words((fields.get("License") or "").strip().partition("\n")[0])


def _words(text: str) -> str:
    inner = re.search(r"\(([\w .-]+)\)$", text)
    words = inner[1] if inner else _FILLING.sub("", text)
    return "-".join(words.split())


def is_allowed(expression: str) -> bool:
    """Return whether every part of an expression is allowed, and of alternatives one."""
    return any(
        all(part.strip("() ").upper() in ALLOWED for part in re.split(r"\s+(?:AND|WITH)\s+", choice))
        for choice in re.split(r"\s+OR\s+", expression.strip())
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
