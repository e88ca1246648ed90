from torch import Tensor, nn

type Pair[T] = tuple[T, T]


class Base[T: nn.Module, *Ts, **P](nn.Module):
    part: T


class Net[T](Base[nn.Linear, int, []]):
    def __init__[S: (int, str)](self, hidden: S = 5) -> None:
        super().__init__()
        self.part = nn.Linear(6, hidden)
        self.head = nn.Linear(8, 2)

    def forward[S: Tensor](self, x: S) -> S:
        return self.head(self.part(x))
