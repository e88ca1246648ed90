"""A pasted traceback or log -> frames and the message: of plain Python, IPython, pytest, rich, torch.compile.

It reads a text as people copy it, with colours, time stamps and names of processes in front of its lines; it opens no
file. Whose frames are ours is for ``traceback_target``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

MODULE = "<module>"

_STYLES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\r(?=\n)|\x08.")
# What programs that collect logs write in front of a line, with the blank behind it.
_PREFIXES = tuple(
    map(
        re.compile,
        (
            r"\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?\S*\]?(?:\s-)?(?: |$)",
            r"\[?\d\d:\d\d:\d\d(?:[.,]\d+)?\]?(?: |$)",
            r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ \S+: ?",
            r"[IWEFDV]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ [^\]]*\](?: \[\S+\])* ?",
            r"\[(?:rank|default|node|worker|stderr|stdout|\d+,)[^\]]*\](?:<\w+>)?:? ?",
            r"\([\w ]*pid=\d+[^)]*\)(?: |$)",
            r"\[?(?:DEBUG|INFO|WARNING|ERROR|CRITICAL|stderr|stdout)\]?(?: *[:|-]+)? (?=\s|Traceback|File |\w*Error)",
            r"[A-Za-z][\w.-]*-\d+ +\| ?",
        ),
    )
)
_RANK = re.compile(r"\[(?:default|rank)(\d+)\]")
_BOX = re.compile(r"^[│|┃] (.*?) ?[│|┃]\s*$")
_WRAPPED = re.compile(r"^(?:[/~.\w]|[A-Za-z]:\\)\S*$")

_START = re.compile(r"Traceback \(most recent call last\)|^_{3,} .+ _{3,}$")
_FILE = re.compile(r'File "([^"]+)", line (\d+)(?:, in (.+))?')
_IPYTHON = re.compile(r"^File (\S.*?\.py):(\d+)(?:, in (.+))?$")
_OLD_IPYTHON = re.compile(r"^(\S.*\.py) in (\S.*)$")
_PYTEST = re.compile(r"^(\S.*?\.py):(\d+):(?: (?:in (\S+)|[\w.]*(?:Error|Exception)))?$")
_RICH = re.compile(r"^(\S.*?\.py):(\d+) in (\S+)\s*$")
_ARROW = re.compile(r"^\s*-*> ?(\d+) (.*)$|^❱ *(\d+) (.*)$")
_ERROR = re.compile(r"^(?:E {3,})?((?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*(?:Error|Exception|Unsupported)): (\S.*)$")
_GOT = re.compile(r"got (\w*(?:Error|Exception))\((['\"])(.*?)\2\)")
_NUMBER = re.compile(r"(?<![\d.A-Za-wyz_])\d+(?![\d.]*[A-Za-wyz_])")
_SHAPE_WORDS = re.compile(
    r"\b(?:shapes?|sizes?|dim(?:ension)?s?|mat[12]|channels?|features?|batch|broadcast\w*|reduction dim|elements?"
    r"|target|stride|out of (?:range|bounds)|unpack|input_size|hidden|embed\w*|view|squeeze|groups|tensors?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PastedFrame:
    """One frame as it is written, its path on any machine; ``function`` and ``code`` are empty where they are not."""

    path: str
    line: int
    function: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class PastedTraceback:
    """One traceback of a text: frames from the outermost to the innermost, and what was raised."""

    frames: tuple[PastedFrame, ...]
    error: str
    message: str

    @property
    def is_of_shapes(self) -> bool:
        return _SHAPE_WORDS.search(self.message) is not None

    @property
    def sizes(self) -> frozenset[int]:
        """The numbers that stand in the message."""
        return sizes_in(self.message)


def sizes_in(message: str) -> frozenset[int]:
    """Return the numbers of a message, those of shapes among them."""
    return frozenset(map(int, _NUMBER.findall(message)))


def tracebacks(text: str) -> tuple[PastedTraceback, ...]:
    """Return the tracebacks of a text, in its order; empty where there is no frame in it."""
    parts = [_traceback(lines) for lines in _parts(_without_boxes(_cleaned(text)))]
    return tuple(part for part in parts if part.frames)


# -- lines -------------------------------------------------------------------------------------------------------------


def _cleaned(text: str) -> list[str]:
    """Return the lines without colours and prefixes; of several processes, only those of the first that failed."""
    lines = _STYLES.sub("", text).replace("\r", "\n").split("\n")
    if all(line.startswith(">") for line in lines if line.strip()):  # As a mail quotes it.
        lines = [line[1:].removeprefix(" ") for line in lines]
    first = next((match[1] for line in lines if _START.search(line) and (match := _RANK.search(line))), None)
    kept = (line for line in lines if first is None or (match := _RANK.search(line)) is None or match[1] == first)
    return [_without_prefix(line) for line in kept]


def _without_prefix(line: str) -> str:
    while True:
        match = next(filter(None, (prefix.match(line) for prefix in _PREFIXES)), None)
        if match is None or not match[0]:
            return line.rstrip()
        line = line[match.end() :]


def _without_boxes(lines: Sequence[str]) -> list[str]:
    """Return the lines without the frame that rich draws around them, those that it broke put together again."""
    kept_lines: list[str] = []
    broken = ""
    for line in lines:
        match = _BOX.match(line.strip())
        if match is None:
            kept_lines.append(line)
            continue
        inner = broken + match[1].rstrip()
        is_path = inner[:1] not in ("", " ", "❱") and not inner[:1].isdigit() and _RICH.match(inner) is None
        if is_path and not broken and match[1] == match[1].rstrip() and _WRAPPED.match(inner):
            broken = inner
            continue
        kept_lines.append(inner)
        broken = ""
    return kept_lines


def _parts(lines: Sequence[str]) -> Iterator[Sequence[str]]:
    starts = [index for index, line in enumerate(lines) if _START.search(line)] or [0]
    starts[0] = 0  # The beginning of a traceback may not have been copied.
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield lines[start:end]


# -- one traceback -----------------------------------------------------------------------------------------------------


def _traceback(lines: Sequence[str]) -> PastedTraceback:
    frames: list[PastedFrame] = []
    error = message = ""
    for index, line in enumerate(lines):
        frame = _frame(line.strip(), lines[index + 1] if index + 1 < len(lines) else "")
        if frame is not None:
            frames.append(frame)
        elif frames and (match := _ARROW.match(line)):
            number, code = match[1] or match[3], match[2] or match[4]
            if frames[-1].line in (0, int(number)):
                frames[-1] = replace(frames[-1], line=int(number), code=code.strip(" │"))
        elif match := _ERROR.match(line):
            error, message = match[1].rpartition(".")[2], _whole(match[2], lines[index + 1 :])
    if inner := next(filter(None, map(_GOT.search, lines)), None):  # torch.compile tells of another error.
        error, message = inner[1], inner[3]
    return PastedTraceback(tuple(frame for frame in frames if frame.line), error, message)


def _frame(line: str, following: str) -> PastedFrame | None:
    if match := _FILE.search(line):
        is_code = following[:1] == " " and not _FILE.search(following)
        return PastedFrame(match[1], int(match[2]), _bare(match[3]), following.strip() if is_code else "")
    if match := _IPYTHON.match(line) or _RICH.match(line):
        return PastedFrame(match[1], int(match[2]), _bare(match[3]))
    if match := _PYTEST.match(line):
        is_code = match[3] is not None and following[:1] == " "
        return PastedFrame(match[1], int(match[2]), _bare(match[3]), following.strip() if is_code else "")
    if match := _OLD_IPYTHON.match(line):
        return PastedFrame(match[1], 0, _bare(match[2]))
    return None


def _bare(function: str | None) -> str:
    """Return ``forward`` of ``Net.forward(self, x)``."""
    return "" if function is None else function.partition("(")[0].strip().rpartition(".")[2]


def _whole(message: str, following: Sequence[str]) -> str:
    """Return the message with the next line where it was broken inside of brackets."""
    if following and message.count("(") + message.count("[") > message.count(")") + message.count("]"):
        return f"{message.rstrip()} {following[0].strip()}"
    return message.strip()
