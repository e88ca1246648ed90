from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(6, int(f"{f"{f"{5}"}"}"))
        self.head = nn.Linear(8, 2)

    def forward(self, x):
        f"{"\n".join(["a", f"{
            x.dim()  # A comment within.
        }"])}"
        return self.head(self.body(x))
