import torch
import torch.nn as nn


class StrictHead(nn.Module):
    def __init__(self, dim=16, classes=4):
        super().__init__()
        self.fc = nn.Linear(dim, classes)

    def forward(self, x):
        if x.dim() != 2:
            raise ValueError(f"expected (batch, features), got {tuple(x.shape)}")
        return self.fc(x)


def largest_batch(model, make, start=4096):
    """Halve the batch until it fits; the first tries are expected to fail."""
    n = start
    while n:
        try:
            model(make(n))
            return n
        except RuntimeError as err:
            if "shape" not in str(err) and "size" not in str(err):
                raise
            n //= 2
    return 0


def test_rejects_wrong_width():
    try:
        StrictHead()(torch.randn(3, 15))
    except RuntimeError as err:
        assert "mat1 and mat2" in str(err)
    else:
        raise AssertionError("a wrong width must be refused")


def test_rejects_three_axes():
    try:
        StrictHead()(torch.randn(2, 3, 16))
    except ValueError:
        return
    raise AssertionError("three axes must be refused")


if __name__ == "__main__":
    test_rejects_wrong_width()
    test_rejects_three_axes()
    store = torch.randn(64, 16)
    print("largest batch:", largest_batch(StrictHead(), lambda n: store.view(n, 16)))
