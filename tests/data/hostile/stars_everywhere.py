from torch import nn


class Net(nn.Module):
    def __init__(self, *sizes, hidden=5, **more):
        super().__init__()
        first, *rest = *sizes, 6, *(hidden, *[]), 8
        self.body = nn.Linear(*(first, rest[0]), **{"bias": True, **more})
        (*_, last) = rest
        self.head = nn.Linear(*[last], **dict(out_features=2))

    def forward(self, *args, **kwargs):
        x, *_ = args
        return self.head(*[self.body(*args, **kwargs)], **{})
