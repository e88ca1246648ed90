"""Put a text's vector together with categorical and numerical columns of the same row."""
import torch
from torch import nn
import torch.nn.functional as F


def mlp(inputs, outputs):
    return nn.Sequential(nn.Linear(inputs, outputs), nn.ReLU(), nn.Linear(outputs, outputs))


class AttentionCombiner(nn.Module):
    """Columns are brought to the text's width, each kind by a network of its own, then weighed against the text."""

    def __init__(self, text_dim=16, cat_dim=0, num_dim=0):
        super().__init__()
        self.text_dim, self.cat_dim, self.num_dim = text_dim, cat_dim, num_dim
        self.text_weight = nn.Linear(text_dim, text_dim, bias=False)
        self.score = nn.Parameter(torch.randn(2 * text_dim) * 0.1)
        if cat_dim > 0:
            self.cat_mlp = mlp(cat_dim, text_dim)
        if num_dim > 0:
            self.cat_mlp = mlp(num_dim, text_dim)

    def weigh(self, text, other):
        pair = torch.cat([text, other], dim=-1)
        return F.leaky_relu((pair * self.score).sum(dim=-1, keepdim=True))

    def forward(self, text, cat=None, num=None):
        text = self.text_weight(text)
        parts = [text]
        if self.cat_dim > 0:
            parts.append(self.cat_mlp(cat))
        if self.num_dim > 0:
            parts.append(self.num_mlp(num))
        weights = torch.cat([self.weigh(text, p) for p in parts], dim=-1).softmax(dim=-1)
        return (torch.stack(parts, dim=1) * weights[..., None]).sum(dim=1)


class ReviewClassifier(nn.Module):
    def __init__(self, vocabulary=50, text_dim=16, cat_dim=7, num_dim=3, classes=2):
        super().__init__()
        self.embed = nn.EmbeddingBag(vocabulary, text_dim)
        self.combine = AttentionCombiner(text_dim, cat_dim, num_dim)
        self.classify = nn.Linear(text_dim, classes)

    def forward(self, tokens, cat, num):
        return self.classify(self.combine(self.embed(tokens), cat, num))


if __name__ == "__main__":
    torch.manual_seed(0)
    model = ReviewClassifier()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(3):
        tokens, cat, num = torch.randint(0, 50, (4, 9)), torch.rand(4, 7).round(), torch.randn(4, 3)
        loss = F.cross_entropy(model(tokens, cat, num), torch.randint(0, 2, (4,)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(round(loss.item(), 4))
