import torch

from input import NeuMF


def test_shape():
    model = NeuMF(50, 80)
    user = torch.randint(0, 50, (16,))
    item = torch.randint(0, 80, (16,))
    assert model(user, item).shape == (16,)
