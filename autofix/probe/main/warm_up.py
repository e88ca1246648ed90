"""A run of a model of ours in a worker that waits: what torch and the recorder do once per process is done before the
first model of the user comes.

No user code is run, and nothing of the run is kept.
"""

from __future__ import annotations

import os
import tempfile

from ..run import run_mode
from .samples_request import InputRequest, SamplesRequest
from .wire import RunLimits, RunRequest

_MODEL = """\
import torch
from torch import nn
import torch.nn.functional as F


class Rehearsal(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3, padding=1)
        self.norm = nn.BatchNorm2d(2)
        self.first = nn.Linear(16, 4)
        self.second = nn.Linear(4, 2)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.norm(self.conv(x))), 2)
        x = torch.cat([x, x + 1], 1).view(x.size(0), -1)
        return self.second(F.relu(self.first(x)))
"""


def run() -> None:
    """Run one forward with its checks, and one that fails."""
    folder = tempfile.gettempdir()
    path = os.path.join(folder, "autofix_rehearsal.py")
    for size in (4, 3):
        samples = SamplesRequest((InputRequest((2, 1, size, size), "float32", None, None, None),), None)
        run_mode.run(
            RunRequest(
                path=path,
                module="autofix_rehearsal",
                root=folder,
                search_paths=(folder,),
                model="Rehearsal()",
                samples=samples,
                also=(),
                evaluation_mode=False,
                texts=((path, _MODEL),),
                checks=True,
                fresh=False,
                graph=False,
                limits=RunLimits(memory_mib=0, file_mib=0, processes=0, open_files=0),
            )
        )
