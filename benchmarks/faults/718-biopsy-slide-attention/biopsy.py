"""Is there a tumour on a slide? Attention over its patches, learnt from labels of slides."""
import torch
from torch import nn


class GatedAttention(nn.Module):
    """How much every patch counts for its slide: (slides, patches, 1)."""

    def __init__(self, width, hidden):
        super().__init__()
        self.value = nn.Linear(width, hidden)
        self.gate = nn.Linear(width, hidden)
        self.score = nn.Linear(hidden, 1)

    def forward(self, patches):
        scores = self.score(torch.tanh(self.value(patches)) * torch.sigmoid(self.gate(patches)))
        return torch.softmax(scores, dim=0)


class SlideNet(nn.Module):
    def __init__(self, features=10, width=16, hidden=8):
        super().__init__()
        self.embed = nn.Sequential(nn.Linear(features, width), nn.ReLU())
        self.attention = GatedAttention(width, hidden)
        self.out = nn.Linear(width, 1)

    def forward(self, patches):
        """patches: (slides, patches, features); the logit of every slide, and what it rests on."""
        h = self.embed(patches)
        attention = self.attention(h)
        slide = (attention * h).sum(dim=1)
        return self.out(slide).squeeze(-1), attention.squeeze(-1)


def slides(count, patches=12, features=10):
    x = torch.randn(count, patches, features)
    y = torch.randint(0, 2, (count,)).float()
    x[:, 0, :3] += 2.5 * y.unsqueeze(1)
    return x, y


if __name__ == "__main__":
    torch.manual_seed(0)
    x, y = slides(64)
    model = SlideNet()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for step in range(60):
        index = torch.randint(0, 64, (16,))
        logit, _ = model(x[index])
        loss = nn.functional.binary_cross_entropy_with_logits(logit, y[index])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"loss {loss.item():.3f}")
