"""Gradient attack on a text classifier: a soft choice of words that flips the label."""
import torch
import torch.nn as nn
import torch.nn.functional as F

VOCAB, LENGTH, CLASSES = 40, 12, 4


class BagClassifier(nn.Module):
    def __init__(self, dim=16):
        super().__init__()
        self.embed = nn.Embedding(VOCAB, dim)
        self.out = nn.Sequential(nn.Linear(dim, 24), nn.ReLU(), nn.Linear(24, CLASSES))

    def forward(self, soft_words):
        return self.out((soft_words @ self.embed.weight).mean(dim=1))


def margin_loss(pred, label, kappa=5.0):
    """How far the true class is ahead of the best other one, per sample, cut off at -kappa."""
    top2 = pred.topk(2, dim=1).indices
    other = torch.where(top2[:, :1] == label, top2[:, 1:], top2[:, :1])
    return (pred[:, label] - pred.gather(1, other) + kappa).clamp(min=0).mean()


def attack(model, words, label, samples=10, steps=20, lr=0.3):
    log_coeffs = F.one_hot(words, VOCAB).float() * 4
    log_coeffs.requires_grad_(True)
    optimizer = torch.optim.Adam([log_coeffs], lr=lr)
    for _ in range(steps):
        soft = F.gumbel_softmax(log_coeffs.expand(samples, LENGTH, VOCAB), hard=False)
        loss = margin_loss(model(soft), label)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return log_coeffs.argmax(dim=-1), loss.item()


if __name__ == "__main__":
    torch.manual_seed(0)
    model = BagClassifier()
    words = torch.randint(VOCAB, (LENGTH,))
    label = int(model(F.one_hot(words, VOCAB).float()[None]).argmax())
    changed, loss = attack(model, words, label)
    print("changed words:", int((changed != words).sum()), "loss:", round(loss, 4))
