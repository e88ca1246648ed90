import torch
import torch.nn as nn
import torch.nn.functional as F


class Projector(nn.Module):
    """Maps tower features to the joint space."""

    def __init__(self, out_dim=32):
        super().__init__()
        self.fc1 = nn.Linear(96, 64)
        self.norm = nn.LayerNorm(64)
        self.fc2 = nn.Linear(64, out_dim)

    def forward(self, x):
        return F.normalize(self.fc2(self.norm(F.gelu(self.fc1(x)))), dim=-1)


class ImageTower(nn.Module):
    width = 96

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(3, 48, 7, stride=4), nn.ReLU(), nn.Conv2d(48, self.width, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten())

    def forward(self, x):
        return self.net(x)


class TextTower(nn.Module):
    width = 80

    def __init__(self, vocab=200):
        super().__init__()
        self.emb = nn.EmbeddingBag(vocab, self.width, padding_idx=0)

    def forward(self, ids):
        return self.emb(ids)


class DualEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.image, self.text = ImageTower(), TextTower()
        self.image_proj = Projector()
        self.text_proj = Projector()
        self.scale = nn.Parameter(torch.tensor(2.0))

    def forward(self, images, ids):
        i = self.image_proj(self.image(images))
        t = self.text_proj(self.text(ids))
        return self.scale.exp() * i @ t.t()


if __name__ == "__main__":
    torch.manual_seed(0)
    net = DualEncoder()
    logits = net(torch.randn(6, 3, 32, 32), torch.randint(1, 200, (6, 9)))
    labels = torch.arange(6)
    loss = (F.cross_entropy(logits, labels) + F.cross_entropy(logits.t(), labels)) / 2
    loss.backward()
    print(tuple(logits.shape), round(loss.item(), 3))
