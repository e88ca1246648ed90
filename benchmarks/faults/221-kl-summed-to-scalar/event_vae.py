"""Variational decoder for the waiting times of a marked event stream."""
import torch
from torch import nn


class EventVAE(nn.Module):
    """
    history  : [batch, length, width]  encoding of the past of each event
    interval : [batch, length]         time to the next event
    one_hot  : [batch, length, marks]  mark of the next event, all zero where the stream has ended
    """

    def __init__(self, width=16, latent=4, marks=3):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(width + 1, 32), nn.SiLU(), nn.Linear(32, 2 * latent))
        self.decoder = nn.Sequential(nn.Linear(width + latent, 32), nn.SiLU(), nn.Linear(32, marks))

    def kl_term(self, mean, log_var, one_hot):
        """[batch, length, marks]: the divergence of each event, filed under its mark"""
        kl = -0.5 * torch.sum(1 + log_var - mean.pow(2) - log_var.exp())
        if kl.dim() == one_hot.dim() - 1:
            kl = kl.unsqueeze(-1)
        return kl * one_hot

    def forward(self, history, interval, one_hot):
        dt = torch.log(interval.clamp(min=1e-6)).unsqueeze(-1)
        mean, log_var = self.encoder(torch.cat([history, dt], -1)).chunk(2, -1)
        z = mean + torch.randn_like(mean) * torch.exp(0.5 * log_var)
        rec = self.decoder(torch.cat([history, z], -1))
        rec_loss = (rec - dt).pow(2) * one_hot
        return rec_loss + self.kl_term(mean, log_var, one_hot)


def main():
    torch.manual_seed(0)
    model = EventVAE()
    opt = torch.optim.Adam(model.parameters(), lr=3e-3)
    for step in range(20):
        history = torch.randn(8, 12, 16)
        interval = torch.rand(8, 12) + 0.1
        length = torch.randint(4, 13, (8,))
        valid = (torch.arange(12)[None] < length[:, None]).float()
        one_hot = nn.functional.one_hot(torch.randint(0, 3, (8, 12)), 3) * valid.unsqueeze(-1)
        loss = model(history, interval, one_hot).sum() / valid.sum()
        opt.zero_grad()
        loss.backward()
        opt.step()
    print("loss for each event %.3f" % loss.item())


if __name__ == "__main__":
    main()
