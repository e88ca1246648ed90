"""The pages of the site that do not lie in docs/: README, the changelog, and one for each rule from its docstring.

mkdocs calls the functions; links to files of the source that are no pages lead to their names only.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from autofix.fixes import registry

ROOT = Path(__file__).parents[2]
# Files of the source that are pages of the site, by their path from the root of the source.
PAGES = {"README.md": "index.md", "CHANGELOG.md": "changelog.md", "rules/README.md": "rules/index.md"}
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^()\s]+)\)")
SECTION = re.compile(r"^(\S[^\n]*)\n(?= {4})", re.MULTILINE)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made here."""
    for source, name in PAGES.items():
        files.append(File.generated(config, name, content=(ROOT / source).read_text("utf-8")))
    for page in registry.pages():
        files.append(File.generated(config, f"rules/{page.code}.md", content=rule_text(page.text)))
    return files


def rule_text(text: str) -> str:
    """Return what ``autofix explain`` prints of a rule as Markdown: a title, and its sections as headings."""
    title, _, rest = text.partition("\n")
    body = SECTION.sub(lambda match: f"## {match[1]}\n\n", rest)
    body = re.sub(r"^ {4}", "", body, flags=re.MULTILINE).replace("``", "`")
    return f"# {title.removesuffix('.').replace('``', '`')}\n{body}"


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Return the text with links that hold on the site."""
    place = source_of(page.file.src_uri)
    here = posixpath.dirname(page.file.src_uri)

    def linked(match: re.Match[str]) -> str:
        mark, words, target = match.groups()
        path, hash_, anchor = target.partition("#")
        if "://" in target or not path:
            return match[0]
        from_root = posixpath.normpath(posixpath.join(posixpath.dirname(place), path))
        if not (ROOT / from_root).exists():
            return match[0]  # The build says that it is broken.
        on_site = site_of(from_root)
        if on_site is None:
            return words
        return f"{mark}[{words}]({posixpath.relpath(on_site, here or '.')}{hash_}{anchor})"

    return LINK.sub(linked, markdown)


def source_of(name: str) -> str:
    """Return where the text of a page lies in the source."""
    return next((source for source, page in PAGES.items() if page == name), f"docs/{name}")


def site_of(path: str) -> str | None:
    """Return the page of a file of the source; None where it is none."""
    rule = re.fullmatch(r"rules/autofix_rules/.*\.py", path)
    if rule:
        return next((f"rules/{page.code}.md" for page in registry.pages() if is_file_of(page.name, path)), None)
    if path in PAGES:
        return PAGES[path]
    is_shown = path.startswith("docs/") and not path.endswith(".schema.json")
    return path.removeprefix("docs/") if is_shown else None


def is_file_of(name: str, path: str) -> bool:
    return posixpath.basename(path) == f"{name.replace('-', '_')}.py"
