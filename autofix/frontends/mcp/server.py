"""The tools and the server: arguments of a call to a request of the engine, its answer back.

Every model runs on a session that stays warm, in a thread, so that a call can be cancelled and others are answered.
Files are written by ``repair`` with ``apply`` alone.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import Field

from autofix import __version__, engine
from autofix.fixes import registry
from autofix.frontends.cli import atomic_write, requests, selection
from autofix.frontends.cli.contradictions import check_run
from autofix.frontends.cli.options import RunChoice
from autofix.frontends.mcp import answers
from autofix.frontends.mcp.answers import Answer
from autofix.frontends.warm_sessions import Workers
from autofix.loading import patched_files
from autofix.patch import unified_diff
from autofix.records.errors import AutofixError, InternalError
from autofix.records.options import RunOptions
from autofix.records.report import Report
from autofix.session.session import Session

INSTRUCTIONS = """\
autofix finds and repairs tensor-shape errors in PyTorch models by running them, with their files kept as they are.
When a model fails over shapes, call `repair` before you edit: its plan is proved by a run of the patched model.
Take the plan if its applicability is `safe`; else read `reason`, compare the alternatives, and ask the user where they
differ in meaning. Call `verify` on a patch of your own. `shapes` shows the shape of every operation.
Nothing is written unless `repair` is called with `apply: true`.
"""
_READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
_WRITES = ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=False)

_File = Annotated[str, Field(description="Python file, script or pytest file; absolute, or from the server's folder.")]
_Model = Annotated[str, Field(description="Class, variable or expression, such as `Net(num_classes=5)`; empty: found.")]
_Samples = Annotated[
    list[str],
    Field(description="One text for each input of forward: [NAME=][DTYPE:]D,D,...[@LOW..HIGH]; empty: inferred."),
]
_Also = Annotated[list[str], Field(description="Further samples that must work; inputs are joined by `;`.")]
_Python = Annotated[str, Field(description="The interpreter with torch; empty: that of the project.")]
_Outcome = TypeVar("_Outcome")


def serve(*, read_only: bool) -> int:
    """Serve until standard input ends, and return 0."""
    workers = Workers()
    try:
        server(workers, read_only=read_only).run("stdio")
    except KeyboardInterrupt:
        pass
    finally:
        workers.close()
    return 0


def server(workers: Workers, *, read_only: bool) -> MCPServer:
    """Return a server with the five tools."""
    tools = MCPServer("autofix", version=__version__, instructions=INSTRUCTIONS, log_level="WARNING")
    calls = _Tools(workers, read_only=read_only)
    for tool in (calls.shapes, calls.diagnose, calls.verify, calls.explain):
        tools.tool(annotations=_READS)(_reporting(tool))
    tools.tool(annotations=_READS if read_only else _WRITES)(_reporting(calls.repair))
    return tools


class _Tools:
    """The five tools; the docstring of each is what an assistant reads of it."""

    def __init__(self, workers: Workers, *, read_only: bool) -> None:
        self._workers, self._read_only = workers, read_only

    async def shapes(
        self,
        file: _File,
        samples: _Samples = [],  # noqa: B006
        model: _Model = "",
        depth: Annotated[int, Field(description="Show modules down to this depth only; 0: every operation.")] = 0,
        python: _Python = "",
    ) -> Answer:
        """Run a PyTorch model once and list every operation with the shapes that go in and come out."""
        request = _request(file, model, samples, [], python)
        trace, finding = await self._run(request, lambda session: engine.trace(request, session))
        return answers.shapes(trace, finding, request.target.root, depth or None)

    async def diagnose(
        self,
        file: _File,
        samples: _Samples = [],  # noqa: B006
        model: _Model = "",
        also: _Also = [],  # noqa: B006
        python: _Python = "",
    ) -> Answer:
        """Run a PyTorch model and say which shapes disagree, where and why, without looking for a repair."""
        request = _request(file, model, samples, also, python)
        return answers.diagnosis(await self._run(request, lambda session: engine.check(request, session, further=True)))

    async def repair(
        self,
        file: _File,
        samples: _Samples = [],  # noqa: B006
        model: _Model = "",
        also: _Also = [],  # noqa: B006
        python: _Python = "",
        apply: Annotated[bool, Field(description="Write the plan to the files, if it is safe.")] = False,
        unsafe: Annotated[bool, Field(description="With apply: write a plan that is unsafe as well.")] = False,
        rank: Annotated[int, Field(ge=1, description="Which plan is `plan`, and written: 1 is the best.")] = 1,
    ) -> Answer:
        """Find the smallest edits that make a PyTorch model run, each plan proved by running the patched model.

        Nothing is written without `apply`. A plan says why it is not safe (`reason`), and what it was verified on.
        """
        if apply and self._read_only:
            raise AutofixError("this server was started with --read-only; apply the patch by other means")
        request = _request(file, model, samples, also, python)
        report = await self._run(request, lambda session: engine.repair(request, session))
        report = selection.picked(report, rank, {rule.code: rule.name for rule in registry.rules()})
        wrote = _written(report, unsafe=unsafe) if apply else []
        return answers.repair(report, wrote)

    async def verify(
        self,
        patch: Annotated[str, Field(description="A unified diff of files that are there.")],
        file: Annotated[str, Field(description="What to run; empty: the file that it changes.")] = "",
        samples: _Samples = [],  # noqa: B006
        model: _Model = "",
        also: _Also = [],  # noqa: B006
        python: _Python = "",
        folder: Annotated[
            str, Field(description="Where the paths of the patch begin; empty: the server's folder.")
        ] = "",
    ) -> Answer:
        """Prove a patch by running the model with and without it; nothing is written.

        The verdict is `holds`, `unsafe` (there is a reason to look), `fails` or `not-judged`.
        """
        patched = patched_files.patched(patch.encode("utf-8"), Path(os.path.abspath(folder)))
        request = requests.request_for_patch(_choice(file, model, samples, also, python), patched)
        return answers.verdict(await self._run(request, lambda session: engine.verify(request, patched, session)))

    async def explain(
        self,
        rule: Annotated[str, Field(description="Code or name, such as AF101; empty: one line for each rule.")] = "",
    ) -> Answer:
        """Return the documentation of a repair rule: why the fault happens, what the fix does, when it is safe."""
        if not rule:
            return {"rules": [registry.headline(page) for page in registry.pages()]}
        page = registry.page(rule)
        return {"code": page.code, "name": page.name, "text": page.text}

    async def _run(self, request: engine.Request, work: Callable[[Session], _Outcome]) -> _Outcome:
        """Return what the work comes to in the thread of the interpreter's session; a cancelled call ends its run."""
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[_Outcome] = loop.create_future()

        def take(result: _Outcome | Exception) -> None:
            if outcome.done():
                return
            if isinstance(result, Exception):
                outcome.set_exception(result)
            else:
                outcome.set_result(result)

        worker = self._workers.of(None if request.python is None else str(request.python))

        def hand_over(result: _Outcome | Exception) -> None:
            loop.call_soon_threadsafe(take, result)

        job = worker.submit(0, work, hand_over)
        try:
            return await outcome
        except asyncio.CancelledError:
            worker.cancel(job)
            raise


def _reporting(tool: Callable[..., Any]) -> Callable[..., Any]:
    """Return the tool with our errors as answers that an assistant can read and act on."""
    from functools import wraps

    @wraps(tool)
    async def call(*arguments: Any, **named: Any) -> Answer:
        try:
            answer: Answer = await tool(*arguments, **named)
        except InternalError as error:
            raise ToolError(f"internal error: {error}") from error
        except AutofixError as error:
            raise ToolError(str(error)) from error
        return answer

    return call


def _choice(file: str, model: str, samples: list[str], also: list[str], python: str) -> RunChoice:
    return RunChoice(
        file=file,
        stdin_filename=None,
        model=model or None,
        sample_shape=tuple(samples),
        sample=None,
        also=tuple(also),
        options=RunOptions(python=python or None),
    )


def _request(file: str, model: str, samples: list[str], also: list[str], python: str) -> engine.Request:
    choice = _choice(file, model, samples, also, python)
    check_run(choice)
    return requests.request(choice)


def _written(report: Report, *, unsafe: bool) -> list[Path]:
    """Write the plan and return the files; raise AutofixError where it is not one that may be written."""
    plan = report.plan
    if plan is None:
        return []
    if not selection.may_write(report, unsafe_fixes=unsafe):
        hint = "it does not run to its end" if not plan.is_verified else "pass `unsafe` as well, if it is what is meant"
        raise AutofixError(f"the plan is {plan.applicability.value}, so nothing was written; {hint}")
    changes = unified_diff.changes(plan, report.texts, report.target.root)
    atomic_write.write(changes, report.target.root)
    return [report.target.root / change.path for change in changes]
