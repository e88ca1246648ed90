import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset


def crossdomain_perm(x):
    """Indices that pair every row of one half with a row of the other half."""
    B = x.size(0)
    perm = torch.arange(B - 1, -1, -1)
    perm_b, perm_a = perm.chunk(2)
    perm_b = perm_b[torch.randperm(B // 2)]
    perm_a = perm_a[torch.randperm(B // 2)]
    return torch.cat([perm_b, perm_a], 0)


class MixStyle(nn.Module):
    def __init__(self, alpha=0.1, eps=1e-6):
        super().__init__()
        self.beta = torch.distributions.Beta(alpha, alpha)
        self.eps = eps

    def forward(self, x):
        if not self.training:
            return x
        mu = x.mean(dim=[2, 3], keepdim=True)
        sig = (x.var(dim=[2, 3], keepdim=True) + self.eps).sqrt()
        x_normed = (x - mu) / sig
        lmda = self.beta.sample((x.size(0), 1, 1, 1))
        perm = crossdomain_perm(x)
        mu2, sig2 = mu[perm], sig[perm]
        mu_mix = mu * lmda + mu2 * (1 - lmda)
        sig_mix = sig * lmda + sig2 * (1 - lmda)
        return x_normed * sig_mix + mu_mix


class DGNet(nn.Module):
    def __init__(self, classes=5):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.mix = MixStyle()
        self.fc = nn.Linear(8, classes)

    def forward(self, x):
        x = self.mix(F.relu(self.stem(x)))
        return self.fc(x.mean(dim=(2, 3)))


def main():
    torch.manual_seed(0)
    data = TensorDataset(torch.randn(31, 3, 12, 12), torch.randint(0, 5, (31,)))
    net = DGNet().train()
    for image, label in DataLoader(data, batch_size=31):
        loss = F.cross_entropy(net(image), label)
        loss.backward()
        print("loss ok", image.size(0))


if __name__ == "__main__":
    main()
