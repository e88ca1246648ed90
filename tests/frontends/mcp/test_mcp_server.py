"""``autofix mcp`` as an assistant's client drives it, over standard input and output."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from autofix.frontends import mcp as front_end
from autofix.records.errors import UsageError

NET = """\
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(8, 2)

    def forward(self, x):
        return self.head(x)
"""
FIXED = NET.replace("8, 2", "6, 2")
SAMPLES = ["4,6"]
MOST_BYTES = 6000


def _talk(folder: Path, talk: Callable[[Client], Awaitable[None]], *words: str) -> None:
    async def run() -> None:
        parameters = StdioServerParameters(
            command=sys.executable, args=["-m", "autofix", "mcp", *words], cwd=folder, env={"NO_COLOR": "1"}
        )
        async with Client(parameters, read_timeout_seconds=120) as client:
            await talk(client)

    asyncio.run(run())


async def _answer(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    assert isinstance(result.structured_content, dict)
    assert len(json.dumps(result.structured_content)) < MOST_BYTES
    return result.structured_content


async def _refusal(client: Client, tool: str, **arguments: Any) -> str:
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    return str(getattr(result.content[0], "text", ""))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "net.py").write_text(NET, "utf-8")
    return tmp_path


def test_tools_say_what_they_do(folder: Path) -> None:
    async def talk(client: Client) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {"shapes", "diagnose", "repair", "verify", "explain"}
        hints = {name: tool.annotations.read_only_hint for name, tool in tools.items() if tool.annotations}
        assert hints == {"shapes": True, "diagnose": True, "verify": True, "explain": True, "repair": False}
        for tool in tools.values():
            assert tool.description
            properties = tool.input_schema["properties"]
            assert [name for name, about in properties.items() if not about.get("description")] == []

    _talk(folder, talk)


@pytest.mark.torch
def test_an_assistant_repairs_a_model(folder: Path) -> None:
    async def talk(client: Client) -> None:
        shapes = await _answer(client, "shapes", file="net.py", samples=SAMPLES)
        assert shapes["ending"] == "raised"
        assert "head" in shapes["table"]
        diagnosis = await _answer(client, "diagnose", file="net.py", samples=SAMPLES)
        assert diagnosis["ending"] == "searching"
        (fault,) = diagnosis["faults"]
        assert fault["message"] == "`head` takes 8 features but receives 6"
        assert (fault["path"], fault["line"], fault["fails_at"]) == ("net.py", 7, "net.py:10")
        repair = await _answer(client, "repair", file="net.py", samples=SAMPLES)
        plan = repair["plan"]
        assert (plan["rank"], plan["applicability"], plan["reason"]) == (1, "safe", None)
        assert plan["verified_on"] == SAMPLES
        assert plan["changes"] == [
            {
                "path": "net.py",
                "line": 7,
                "before": ["        self.head = nn.Linear(8, 2)"],
                "after": ["        self.head = nn.Linear(6, 2)"],
            }
        ]
        assert "forward: passed output (4, 2)" in plan["checks"]
        assert repair["wrote"] == []
        assert (folder / "net.py").read_text("utf-8") == NET
        verdict = await _answer(client, "verify", patch=plan["patch"], samples=SAMPLES)
        assert (verdict["verdict"], verdict["left"]) == ("holds", None)
        wrong = plan["patch"].replace("Linear(6", "Linear(5")
        verdict = await _answer(client, "verify", patch=wrong, samples=SAMPLES)
        assert verdict["verdict"] == "fails"
        assert verdict["left"]["message"] == "`head` takes 5 features but receives 6"
        page = await _answer(client, "explain", rule=fault_code(repair))
        assert page["name"] == "layer-size"
        applied = await _answer(client, "repair", file=str(folder / "net.py"), samples=SAMPLES, apply=True)
        assert applied["wrote"] == [str(folder / "net.py")]
        assert (folder / "net.py").read_text("utf-8") == FIXED
        healthy = await _answer(client, "repair", file="net.py", samples=SAMPLES)
        assert (healthy["ending"], healthy["plan"], healthy["alternatives"]) == ("healthy", None, [])

    _talk(folder, talk)


def fault_code(repair: dict[str, Any]) -> str:
    return str(repair["faults"][0]["code"])


@pytest.mark.torch
def test_what_cannot_be_done_is_said(folder: Path) -> None:
    two_layers = "        self.head = nn.Linear(6, 16)\n        self.tail = nn.Linear(12, 2)\n"
    two_faults = NET.replace("        self.head = nn.Linear(8, 2)\n", two_layers)
    two_faults = two_faults.replace("self.head(x)", "self.tail(self.head(x))")
    (folder / "two.py").write_text(two_faults, "utf-8")

    async def talk(client: Client) -> None:
        assert "gone.py does not exist" in await _refusal(client, "repair", file="gone.py")
        assert "`-` reads standard input" in await _refusal(client, "diagnose", file="-")
        assert "cannot read the sample shape" in await _refusal(client, "shapes", file="net.py", samples=["4,x"])
        assert "there is no rule `AF1O1`; did you mean `AF101`?" in await _refusal(client, "explain", rule="AF1O1")
        assert "there are 2 plans" in await _refusal(client, "repair", file="two.py", samples=SAMPLES, rank=9)
        assert "pass `unsafe` as well" in await _refusal(client, "repair", file="two.py", samples=SAMPLES, apply=True)
        repair = await _answer(client, "repair", file="two.py", samples=SAMPLES)
        assert repair["plan"]["reason"].startswith("an equally plausible repair")
        assert [plan["rank"] for plan in repair["alternatives"]] == [2]
        second = await _answer(client, "repair", file="two.py", samples=SAMPLES, apply=True, unsafe=True, rank=2)
        assert second["wrote"] == [str(folder / "two.py")]
        assert second["plan"]["title"] == repair["alternatives"][0]["title"]

    _talk(folder, talk)


def test_read_only_refuses_to_write(folder: Path) -> None:
    async def talk(client: Client) -> None:
        assert "started with --read-only" in await _refusal(
            client, "repair", file="net.py", samples=SAMPLES, apply=True
        )

    _talk(folder, talk, "--read-only")
    assert (folder / "net.py").read_text("utf-8") == NET


def test_the_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"-m pip install 'mcp>=\d\S*'$"):
        front_end.main(read_only=False)


def test_the_end_of_the_input_ends_it(folder: Path) -> None:
    command = [sys.executable, "-m", "autofix", "mcp"]
    done = subprocess.run(command, cwd=folder, input="", capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
