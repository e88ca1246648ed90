from torch import nn


class Net(nn.Module):
    def __init__(self, kind=("wide", {"hidden": 5})):
        super().__init__()
        match kind:
            case ("wide", {"hidden": int(hidden), **rest}) if not rest:
                self.body = nn.Linear(6, hidden)
            case [_, *_] | None:
                raise ValueError(kind)
        self.head = nn.Linear(8, 2)

    def forward(self, x):
        match x.shape:
            case (_, 6):
                return self.head(self.body(x))
            case _:
                return x
