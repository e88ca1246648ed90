"""The program that the user's Python is started with, which finds the probe and hands over to it.

It is text: nothing of ours need be installed there.
"""

from __future__ import annotations

from pathlib import Path

_PROBE = Path(__file__).parents[1] / "probe"
# Before anything else it forgets the working directory, whose modules must not run in it.
BOOT = """
import sys
sys.path[:] = [p for p in sys.path if p]
import gc, importlib.util as u
gc.disable()
d, folder = sys.argv[1], sys.argv[3]
s = u.spec_from_file_location("_autofix_probe", d + "/__init__.py", submodule_search_locations=[d])
m = u.module_from_spec(s)
sys.modules["_autofix_probe"] = m
s.loader.exec_module(m)
from _autofix_probe.contain.process_namespace import enter
from _autofix_probe.main.last_words import remove_at_exit
parent = int(sys.argv[5])
(sys.argv[7] == "namespace" and enter(folder, parent)) or remove_at_exit(folder, parent)
from _autofix_probe.main.versions import require; require()
from _autofix_probe.main.__main__ import main
main(ordinary=int(sys.argv[2]), folder=folder, isolation=sys.argv[4], strongest=sys.argv[6])
"""


def words(ordinary: int, folder: Path, process: int, isolation: str, connections: str, processes: str) -> list[str]:
    """Return what Python is given to start the probe; ``process`` is who asks for it."""
    return ["-c", BOOT, str(_PROBE), str(ordinary), str(folder), isolation, str(process), connections, processes]
