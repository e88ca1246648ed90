"""One analysis of one text: the request to the engine, and what its outcome comes to.

It runs in a worker's thread, so it is given everything that it needs.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from autofix.frontends.lsp.documents import Module
from autofix.frontends.lsp.results import Result, ResultStage
from autofix.frontends.warm_sessions import AnalysisOutcome
from autofix.loading import find_target
from autofix.loading.settings import Settings
from autofix.records.errors import AutofixError, InternalError, UsageError
from autofix.records.locations import SourceText
from autofix.records.report import RepairEnding, Report

if TYPE_CHECKING:
    from autofix import engine
    from autofix.session.session import Session

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class AnalysisJob:
    """``texts`` are those of all open files, ``model`` is the one that the user chose."""

    module: Module
    texts: dict[Path, str]
    settings: Settings
    model: str | None

    def report(self, session: Session, tell: Callable[[str], None], early: Callable[[Report], None]) -> Report:
        from autofix import engine

        return engine.repair(self.request(), session, tell, early)

    def request(self) -> engine.Request:
        """Return the request to the engine; raise UsageError where there is nothing to run."""
        from autofix import engine

        # Who asks an editor for actions wants to choose, so that dearer repairs are run too.
        chosen = replace(self.settings, limits=replace(self.settings.limits, others=True))
        target = find_target.target(
            self.module.path,
            model=self.model or chosen.model,
            settled=find_target.configured(chosen.sample_shape),
            also=tuple(find_target.parse_also(text) for text in chosen.also),
            evaluation_mode=chosen.eval,
            text=self.module.text,
        )
        texts = {path: text for path, text in self.texts.items() if target.root in path.parents}
        texts[self.module.path] = self.module.text
        texts_read = tuple(SourceText(path, text) for path, text in sorted(texts.items()))
        return engine.Request(target, texts_read, chosen, None if chosen.python is None else Path(chosen.python))

    def result(self, outcome: AnalysisOutcome) -> Result:
        if isinstance(outcome, Report):
            message = outcome.message if outcome.ending is RepairEnding.NOT_RUN else ""
            return Result(self.module, self.texts, ResultStage.DONE, outcome, message)
        if isinstance(outcome, UsageError):
            return Result(self.module, self.texts, ResultStage.REFUSED, message=str(outcome))
        if not isinstance(outcome, AutofixError) or isinstance(outcome, InternalError):
            _LOG.error("%s: %s", self.module.path.name, outcome, exc_info=outcome)
            message = f"internal error: {type(outcome).__name__}: {outcome}; please report it with the file"
            return Result(self.module, self.texts, ResultStage.FAILED, message=message)
        return Result(self.module, self.texts, ResultStage.FAILED, message=str(outcome))
