"""The texts that the benchmarks run: a LeNet with a wrong width, a deep model, filler for a long file.

Nothing here runs them.
"""

from __future__ import annotations

LENET = """\
import torch
import torch.nn.functional as F
from torch import nn


class LeNet(nn.Module):
    def __init__(self, num_classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, kernel_size=5)
        self.conv2 = nn.Conv2d(6, 16, kernel_size=5)
        self.fc1 = nn.Linear(16 * 4 * 4, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, num_classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = torch.flatten(x, 1)
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return self.fc3(x)
"""
REPAIRED = LENET.replace("16 * 4 * 4", "16 * 5 * 5")

DEEP = """\
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(*[nn.Linear(8, 8) if i % 2 else nn.ReLU() for i in range({operations})])
        self.head = nn.Linear({width}, 2)

    def forward(self, x):
        return self.head(self.body(x))
"""

# Ten lines each; what surrounds the model in a long file. The names differ as they do in files that people write:
# CPython 3.11 takes quadratic time to compile thousands of functions that are equal.
FILLER = '''

class Block{number}(nn.Module):
    """A part of another model."""

    def __init__(self, width=16, depth={number}):
        super().__init__()
        self.part_{number} = nn.ModuleList([nn.Linear(width, width) for _ in range(depth % 4)])

    def forward(self, x):
        return sum(layer_{number}(x) for layer_{number} in self.part_{number})
'''
FILLER_LINES = FILLER.count("\n")

CANDIDATES_OF = 32  # Texts that a candidate is timed on.

# As many operations as `operations`, side by side instead of one after the other.
BRANCHES = """\
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.parts = nn.ModuleList([nn.Linear(8, 8) for _ in range({operations} // 2)])
        self.head = nn.Linear({width}, 2)

    def forward(self, x):
        return self.head(torch.stack([torch.relu(part(x)) for part in self.parts]).sum(0))
"""

# Five widths that can each be wrong alone.
FIVE = """\
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(8, 16)
        self.second = nn.Linear({0}, 24)
        self.third = nn.Linear(24, 32)
        self.fourth = nn.Linear({1}, 40)
        self.fifth = nn.Linear(40, 48)
        self.sixth = nn.Linear({2}, 56)
        self.seventh = nn.Linear(56, 64)
        self.eighth = nn.Linear({3}, 72)
        self.ninth = nn.Linear(72, 80)
        self.tenth = nn.Linear({4}, 10)

    def forward(self, x):
        x = self.second(torch.relu(self.first(x)))
        x = self.fourth(torch.relu(self.third(x)))
        x = self.sixth(torch.relu(self.fifth(x)))
        x = self.eighth(torch.relu(self.seventh(x)))
        return self.tenth(torch.relu(self.ninth(x)))
"""
RIGHT, WRONG = (16, 32, 48, 64, 80), (17, 33, 47, 63, 82)

# Runs as a program too, which is how the alternatives see it.
PROGRAM = f"""{LENET}

if __name__ == "__main__":
    LeNet()(torch.randn(64, 3, 32, 32))
"""

# A decoder with 70 billion parameters; its last projection takes another width than the blocks give out.
