"""The HTML report in a real browser: it needs no network, follows light and dark, and can be used by keyboard alone."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from autofix.frontends.cli import main

pytestmark = pytest.mark.torch
MODEL = (
    "# autofix: sample-shape=4,8\nfrom torch import nn\n\n\nclass Net(nn.Module):\n    def __init__(self):\n"
    "        super().__init__()\n        self.body = nn.Linear(8, 6)\n"
    "        self.head = nn.Linear({size}, 3){comment}\n\n"
    "    def forward(self, x):\n        return self.head(self.body(x))\n"
)
EVIL = "  # </script><img src=x onerror=alert(1)>"
# What the page's own script does is asked by another one, whose result the browser prints with the document.
ASKED = """{
const at = () => document.activeElement.closest("details.target")?.id ?? document.activeElement.id;
const press = (key, where) => (where ?? document.activeElement)
  .dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true}));
const shown = () => [...document.querySelectorAll("details.target")].filter((one) => !one.hidden).map((one) => one.id);
const answer = {};
answer.opened = [...document.querySelectorAll("details.target")].filter((one) => one.open).map((one) => one.id);
answer.colours = [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color];
answer.pressed = ["j", "j", "k", "/"].map((key) => { press(key); return at(); });
const words = document.querySelector("#words");
words.value = "nothing like it"; words.dispatchEvent(new Event("input")); answer.searched = shown();
press("Escape", words); answer.cleared = shown();
const box = document.querySelector("input[value=healthy]");
box.click(); answer.filtered = shown(); box.click();
document.querySelector("#open").click();
answer.all = [...document.querySelectorAll("details.target")].every((one) => one.open);
const reachable = "summary, button, input, a[href], [tabindex]";
answer.reachable = [...document.querySelectorAll("details.target")].every((one) => one.querySelector(reachable));
answer.skipped = [...document.querySelectorAll("[tabindex]")].filter((one) => one.tabIndex < 0).length;
answer.outlined = [...document.styleSheets[0].cssRules].some(
  (rule) => rule.selectorText === ":focus-visible" && rule.cssText.includes("solid"));
answer.wide = document.documentElement.scrollWidth > document.documentElement.clientWidth;
document.documentElement.dataset.answer = JSON.stringify(answer);
}"""


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a report of a repair, a healthy model, one that cannot be run, and one whose text attacks the reader."""
    (tmp_path / "pyproject.toml").touch()
    texts = {"bad.py": MODEL.format(size=5, comment=""), "evil.py": MODEL.format(size=5, comment=EVIL)}
    texts |= {"good.py": MODEL.format(size=6, comment="")}
    texts |= {"needs.py": texts["good.py"].replace("(self)", "(self, width)").replace("# autofix", "#")}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    assert main.main(["batch", ".", "-q", "-j", "1", "--no-cache", "--unsafe-fixes", "--report", "all.html"]) == 1
    return tmp_path / "all.html"


def test_the_page(page: Path, chromium: str) -> None:
    text = page.read_text("utf-8")
    assert "src=" not in text.replace("&lt;img src=x", "")
    assert "http" not in text.replace("http-equiv", "")
    document, complaints = _dumped(chromium, page, page.as_uri() + "#t3")
    assert "4 of 4 shown" in document  # The script ran, so its hash is the one that the page allows.
    assert "Content Security Policy" not in complaints
    assert document.count('<details class="target"') == 4
    assert document.count("<svg ") == 2
    assert re.search(r'<details class="target" id="t3" [^>]*open', document)
    light, dark = (_asked(chromium, page, scheme) for scheme in ("light", "dark"))
    assert light["colours"] == ["rgb(255, 255, 255)", "rgb(28, 30, 34)"]
    assert dark["colours"] == ["rgb(22, 24, 29)", "rgb(228, 230, 235)"]
    for answer in (light, dark):
        del answer["colours"]
    assert (
        light
        == dark
        == {
            "opened": ["t1", "t2"],
            "pressed": ["t1", "t2", "t1", "words"],
            "searched": [],
            "cleared": ["t1", "t2", "t3", "t4"],
            "filtered": ["t1", "t2", "t4"],
            "all": True,
            "reachable": True,
            "skipped": 0,
            "outlined": True,
            "wide": False,
        }
    )


def _asked(chromium: str, page: Path, scheme: str) -> Any:
    """Return what the page answers to a script that its policy allows for once."""
    allowed = base64.b64encode(hashlib.sha256(ASKED.encode()).digest()).decode()
    text = page.read_text("utf-8").replace("script-src ", f"script-src 'sha256-{allowed}' ", 1)
    copy = page.with_name("asked.html")
    copy.write_text(text.replace("</body>", f"<script>{ASKED}</script>\n</body>"), "utf-8")
    setting = "--blink-settings=preferredColorScheme=" + {"dark": "0", "light": "1"}[scheme]
    document, _ = _dumped(chromium, copy, copy.as_uri(), setting)
    answer = re.search(r'data-answer="([^"]*)"', document)
    assert answer is not None
    return json.loads(html.unescape(answer[1]))


def _dumped(chromium: str, page: Path, url: str, *settings: str) -> tuple[str, str]:
    words = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={page.parent / 'profile'}", *settings]
    done = subprocess.run(
        [chromium, *words, "--window-size=600,900", "--virtual-time-budget=2000", "--dump-dom", url],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        env={**os.environ, "HOME": str(page.parent)},
    )
    return done.stdout, done.stderr
