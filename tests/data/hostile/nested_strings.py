from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(6, int(f"{f'{5:{1}d}'}"))
        self.head = nn.Linear(8, 2)

    def forward(self, x):
        f"{self.head!s:>{f'{x.dim()}'}} {{}} {'''a'''}" "" rf'''
        \d{x.dim()=}'''
        return self.head(self.body(x))
