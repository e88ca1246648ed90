"""Our records as the protocol's types: ranges, places, edits of a plan.

It decides nothing; a place or an edit that has no counterpart in the text of now is None.
"""

from __future__ import annotations

from dataclasses import dataclass

from lsprotocol import types

from autofix.frontends.lsp.documents import Buffer, Documents
from autofix.frontends.lsp.position_encoding import Encoding
from autofix.frontends.lsp.results import Place, Result, place_now
from autofix.records.locations import Location, Range


@dataclass(frozen=True, slots=True)
class Converter:
    """Positions in the encoding that was agreed on."""

    documents: Documents

    @property
    def encoding(self) -> Encoding:
        return self.documents.encoding

    def range(self, place: Place) -> types.Range:
        lines = place.buffer.lines
        start, end = (lines.to_editor(at, self.encoding) for at in (place.range.start, place.range.end))
        return types.Range(types.Position(*start), types.Position(*end))

    def location(self, result: Result, location: Location) -> types.Location | None:
        place = place_now(result, location, self.documents)
        return None if place is None else types.Location(place.buffer.uri, self.range(place))

    def asked(self, buffer: Buffer, place: types.Range) -> Range:
        """Return the range that the editor asks about, in our counting."""
        start, end = (buffer.lines.from_editor(at.line, at.character, self.encoding) for at in (place.start, place.end))
        return Range(start, max(start, end))
