"""From a size at a place to the edits in the source that would set it, and where names got their values.

``size_sites`` enumerates the edits with their evidence; the other files answer what it asks of the source.
"""

from autofix.provenance.site import Site, SiteKind, dearest, together
from autofix.provenance.size_sites import sites

__all__ = ["Site", "SiteKind", "dearest", "sites", "together"]
