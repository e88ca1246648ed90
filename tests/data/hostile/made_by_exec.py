from torch import nn

exec("class Body(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.inner = nn.Linear(6, 5)\n"
     "    def forward(self, x):\n        return self.inner(x)\n")
Head = type("Head", (nn.Linear,), {"__doc__": "made"})


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = Body()
        self.head = Head(8, 2)

    def forward(self, x):
        return self.head(self.body(x))
