"""What a run leaves to the next one."""

from __future__ import annotations

from pathlib import Path

import torch.distributed

from autofix.probe.run import global_state


def test_a_process_group_is_left(tmp_path: Path) -> None:
    """A program that joins one and dies is run again, with a repair: it joins one of its own."""
    for name in ("first", "second"):
        with global_state.restored():
            store = (tmp_path / name).as_uri()
            torch.distributed.init_process_group("gloo", init_method=store, rank=0, world_size=1)
        assert not torch.distributed.is_initialized()
