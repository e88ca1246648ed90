from torch \
    import nn


class Net(nn.Module):
    def __init__(
        self,
    ):
        super().__init__()
        self.body = \
            nn.Linear(6,
                      5)
        self.head = nn.Linear(  # The head.
            8  # Wrong.
            ,
            2,
        ); self.name = '''
        self.head = nn.Linear(8, 2)
''' \
            'x'

    def forward(self, x):
        return (
            self
            .head(
                self.body(x)))
