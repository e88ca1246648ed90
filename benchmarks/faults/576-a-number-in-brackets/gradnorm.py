"""Two tasks on one trunk, whose weights are moved until both learn at the same pace."""
import torch
from torch import nn

ALPHA, LR, LR_WEIGHTS, EPOCHS = 0.5, 1e-2, 2e-2, 3


class MTLnet(nn.Module):
    def __init__(self, feature_size, hidden=12):
        super().__init__()
        self.sharedlayer = nn.Sequential(nn.Linear(feature_size, hidden), nn.Tanh(), nn.Linear(hidden, hidden), nn.Tanh())
        self.tower1, self.tower2 = nn.Linear(hidden, 1), nn.Linear(hidden, 1)

    def forward(self, x):
        h = self.sharedlayer(x)
        return self.tower1(h), self.tower2(h)


def make_table(count=96, features=6):
    g = torch.Generator().manual_seed(0)
    x = torch.randn(count, features, generator=g)
    w = torch.randn(features, 2, generator=g)
    y = x @ w + 0.1 * torch.randn(count, 2, generator=g)
    return x, y[:, :1], 10 * y[:, 1:]


def gradient_norm(weighted_loss, parameter):
    """The length of the gradient of a weighted loss."""
    gradient = torch.autograd.grad(weighted_loss, parameter, retain_graph=True, create_graph=True)[0]
    return torch.norm(gradient, 2)


class GradNorm:
    def __init__(self, model):
        self.model, self.mse, self.l1 = model, nn.MSELoss(), nn.L1Loss()
        self.Weightloss1 = torch.ones(1, requires_grad=True)
        self.Weightloss2 = torch.ones(1, requires_grad=True)
        self.opt_model = torch.optim.Adam(model.parameters(), lr=LR)
        self.opt_weights = torch.optim.Adam([self.Weightloss1, self.Weightloss2], lr=LR_WEIGHTS)
        self.first = None

    def constants(self, G1, G2, l1, l2):
        """How long both gradients should be, with no gradient of their own."""
        if self.first is None:
            self.first = (l1.detach(), l2.detach())
        G_avg = (G1 + G2) / 2
        lhat1, lhat2 = l1 / self.first[0], l2 / self.first[1]
        lhat_avg = (lhat1 + lhat2) / 2
        C1 = G_avg * (lhat1 / lhat_avg) ** ALPHA
        C2 = G_avg * (lhat2 / lhat_avg) ** ALPHA
        return C1.detach().view(1), C2.detach().view(1)

    def weight_loss(self, l1, l2):
        """Their distance from what they should be."""
        param = self.model.sharedlayer[2].weight
        G1, G2 = gradient_norm(l1 * self.Weightloss1, param), gradient_norm(l2 * self.Weightloss2, param)
        C1, C2 = self.constants(G1, G2, l1, l2)
        return self.l1(G1, C1) + self.l1(G2, C2)

    def step(self, x, y1, y2):
        p1, p2 = self.model(x)
        l1, l2 = self.mse(p1, y1), self.mse(p2, y2)
        loss = (self.Weightloss1.detach() * l1 + self.Weightloss2.detach() * l2) / 2
        self.opt_weights.zero_grad()
        self.weight_loss(l1, l2).backward(inputs=[self.Weightloss1, self.Weightloss2], retain_graph=True)
        self.opt_model.zero_grad()
        loss.sum().backward()
        self.opt_model.step()
        self.opt_weights.step()
        with torch.no_grad():
            coefficient = 2 / (self.Weightloss1 + self.Weightloss2)
            self.Weightloss1 *= coefficient
            self.Weightloss2 *= coefficient
        return l1.item(), l2.item()


if __name__ == "__main__":
    torch.manual_seed(0)
    x, y1, y2 = make_table()
    trainer = GradNorm(MTLnet(x.shape[1]))
    for epoch in range(EPOCHS):
        for start in range(0, len(x), 16):
            part = slice(start, start + 16)
            losses = trainer.step(x[part], y1[part], y2[part])
        weights = trainer.Weightloss1.item(), trainer.Weightloss2.item()
        print("epoch {}: losses {:.3f} {:.3f}, weights {:.3f} {:.3f}".format(epoch, *losses, *weights))
