from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        try:
            raise ExceptionGroup("", [ValueError(), KeyError()])
        except* ValueError:
            self.body = nn.Linear(6, 5)
        except* KeyError as group:
            del group
        else:
            pass
        finally:
            self.head = nn.Linear(8, 2)

    def forward(self, x):
        with __import__("contextlib").suppress(KeyError), __import__("contextlib").nullcontext() as _:
            return self.head(self.body(x))
