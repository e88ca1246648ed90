"""Click prediction from dot products between the vectors of all features."""
import torch
from torch import nn


def mlp(*sizes):
    layers = []
    for a, b in zip(sizes, sizes[1:]):
        layers += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*layers)


class StackFeatures(nn.Module):
    """Puts the vectors of the features, a dict in its order, into one tensor."""

    def __init__(self, axis=-1):
        super().__init__()
        self.axis = axis

    def forward(self, features):
        return torch.stack(list(features.values()), dim=self.axis)


class DotProductInteraction(nn.Module):
    """(batch, features, dim) to the dot product of every pair of features, each pair once."""

    def forward(self, x):
        products = torch.bmm(x, x.transpose(1, 2))
        n = products.shape[1]
        rows, columns = torch.triu_indices(n, n, offset=1)
        return products[:, rows, columns]


class DLRM(nn.Module):
    def __init__(self, cardinalities, continuous, dim=8):
        super().__init__()
        self.embeddings = nn.ModuleDict({name: nn.Embedding(n, dim) for name, n in cardinalities.items()})
        self.bottom = mlp(continuous, 16, dim)
        self.stack = StackFeatures()
        self.interaction = DotProductInteraction()
        features = len(cardinalities) + 1
        self.top = mlp(dim + features * (features - 1) // 2, 16)
        self.click = nn.Linear(16, 1)

    def cross(self, categories, numbers):
        """The bottom vector, followed by the products of all pairs."""
        bottom = self.bottom(numbers)
        vectors = {name: embed(categories[name]) for name, embed in self.embeddings.items()}
        vectors["continuous"] = bottom
        products = self.interaction(self.stack(vectors))
        return torch.cat([bottom, products], dim=1)

    def forward(self, categories, numbers):
        return self.click(self.top(self.cross(categories, numbers))).squeeze(1)


if __name__ == "__main__":
    torch.manual_seed(0)
    sizes = {"user": 30, "item": 50, "shop": 5, "hour": 24}
    model = DLRM(sizes, continuous=3)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    categories = {name: torch.randint(0, n, (8,)) for name, n in sizes.items()}
    for _ in range(3):
        logits = model(categories, torch.rand(8, 3))
        loss = nn.functional.binary_cross_entropy_with_logits(logits, torch.rand(8).round())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(loss.item())
