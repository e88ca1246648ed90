"""Files as texts in their own encoding; what is no Python text is one clear error."""

from __future__ import annotations

import codecs
import errno
import io
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path

from autofix.records.errors import UsageError
from autofix.records.locations import SourceText
from autofix.syntax import older_python
from autofix.syntax.source import Source
from autofix.system import regular_files

MAX_NAME = 255
_PLAIN = frozenset(("utf-8", "iso-8859-1", "ascii"))  # Whatever they read they write as it was.


MAX_BYTES = 64 * 1024 * 1024


def read(path: Path) -> SourceText:
    """Return the text of a Python file with its encoding and BOM; line ends stay as they are.

    Raises UsageError for a file that is missing, cannot be read or is not Python text.
    """
    try:
        if path.is_dir():
            raise UsageError(f"{path} is a folder; name a Python file")
        if path.exists() and not path.is_file():
            raise UsageError(f"{path} is not a regular file; name a Python file")
        return decode(path, regular_files.read(path, MAX_BYTES))
    except FileNotFoundError:
        raise UsageError(f"{path} does not exist; check the name") from None
    except OSError as error:
        if error.errno == errno.EFBIG:
            raise UsageError(f"{path} is larger than {MAX_BYTES >> 20} MiB; that is no source file") from error
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from error


def decode(path: Path, data: bytes) -> SourceText:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        bom = data.startswith(codecs.BOM_UTF8)
        encoding = "utf-8" if encoding == "utf-8-sig" else encoding
        text = data.removeprefix(codecs.BOM_UTF8).decode(encoding) if bom else data.decode(encoding)
        is_kept = encoding in _PLAIN or text.encode(encoding) == data
    except (SyntaxError, ValueError, LookupError) as error:  # Some codecs raise no more than the second.
        raise UsageError(f"{path} is not Python text: {error}") from error
    if not is_kept:
        raise UsageError(f"{path}: its bytes cannot be written back in the encoding {encoding}; save it as utf-8")
    if "\0" in text:
        raise UsageError(f"{path} is not Python text: it contains null bytes")
    return SourceText(path, text, encoding, bom)


def sources(paths: Iterable[Path]) -> Iterator[Source]:
    """Yield the files that can be read, each when it is asked for."""
    for path in paths:
        try:
            yield Source(path, read(path).text)
        except UsageError:
            continue


def check_syntax(source: Source) -> None:
    try:
        _ = source.tree
    except SyntaxError as error:
        place = f"{source.path.name}:{error.lineno or 1}:{error.offset or 1}"
        age = older_python.why(source.text, error.lineno or 0)
        if age:
            raise UsageError(f"{place}: {age}; convert it first, as it is it cannot be run") from error
        raise UsageError(f"{place}: {error.msg}; correct the syntax first") from error
    except (RecursionError, MemoryError) as error:
        raise UsageError(f"{source.path.name} cannot be parsed: it is nested too deeply") from error
    except ValueError as error:
        raise UsageError(f"{source.path.name} cannot be parsed: {error}") from error
