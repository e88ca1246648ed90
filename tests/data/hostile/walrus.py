from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        if (hidden := 5) > 4 and (width := 8) > 7:
            self.body, self.head = nn.Linear(6, hidden), nn.Linear(width, 2)

    def forward(self, x):
        return self.head(y) if (y := self.body(x)) is not None else [z := x, z][-1]
