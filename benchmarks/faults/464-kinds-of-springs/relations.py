"""Watch particles move and guess which of them are joined, and by which kind of spring."""
import torch
from torch import nn
import torch.nn.functional as F


def my_softmax(input, axis=1):
    trans_input = input.transpose(axis, 0).contiguous()
    soft_max_1d = F.softmax(trans_input, dim=0)
    return soft_max_1d.transpose(axis, 0)


def kl_categorical_uniform(preds, num_atoms, num_edge_types, eps=1e-16):
    kl_div = preds * (torch.log(preds + eps) + torch.log(torch.tensor(float(num_edge_types))))
    return kl_div.sum() / (num_atoms * preds.size(0))


def gumbel_softmax(logits, tau=0.5):
    noise = -torch.log(-torch.log(torch.rand_like(logits).clamp(1e-9, 1 - 1e-6)))
    return my_softmax((logits + noise) / tau, axis=-1)


def relations(num_atoms):
    """Rows that pick the receiver and the sender of each ordered pair of particles."""
    off_diag = torch.ones(num_atoms, num_atoms) - torch.eye(num_atoms)
    receive, send = torch.where(off_diag > 0)
    return F.one_hot(receive, num_atoms).float(), F.one_hot(send, num_atoms).float()


class MLPEncoder(nn.Module):
    """(batch, particles, steps, dims) to logits (batch, pairs, kinds)."""

    def __init__(self, n_in, n_hid, n_out):
        super().__init__()
        self.mlp1 = nn.Sequential(nn.Linear(n_in, n_hid), nn.ELU(), nn.Linear(n_hid, n_hid), nn.ELU())
        self.mlp2 = nn.Sequential(nn.Linear(2 * n_hid, n_hid), nn.ELU(), nn.Linear(n_hid, n_hid), nn.ELU())
        self.fc_out = nn.Linear(n_hid, n_out)

    def forward(self, inputs, rel_rec, rel_send):
        x = self.mlp1(inputs.flatten(2))
        return self.fc_out(self.mlp2(torch.cat([rel_send @ x, rel_rec @ x], dim=2)))


class MLPDecoder(nn.Module):
    """The next positions: each kind of pair has messages of its own, the first kind means no spring."""

    def __init__(self, dims, edge_types, n_hid):
        super().__init__()
        self.messages = nn.ModuleList(nn.Sequential(nn.Linear(2 * dims, n_hid), nn.ReLU()) for _ in range(edge_types))
        self.out = nn.Linear(dims + n_hid, dims)

    def forward(self, x, rel_type, rel_rec, rel_send):
        pairs = torch.cat([rel_rec @ x, rel_send @ x], dim=2)
        message = sum(f(pairs) * rel_type[:, :, i:i + 1] for i, f in enumerate(self.messages) if i > 0)
        return x + self.out(torch.cat([x, rel_rec.t() @ message], dim=2))


if __name__ == "__main__":
    torch.manual_seed(0)
    atoms, steps, kinds = 4, 6, 3
    encoder, decoder = MLPEncoder(steps * 4, 16, kinds), MLPDecoder(4, kinds, 12)
    optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=5e-3)
    rel_rec, rel_send = relations(atoms)
    for _ in range(3):
        data = torch.randn(5, atoms, steps, 4).cumsum(dim=2) * 0.1
        logits = encoder(data, rel_rec, rel_send)
        edges, prob = gumbel_softmax(logits), my_softmax(logits, -1)
        pred = decoder(data[:, :, -2], edges, rel_rec, rel_send)
        loss = F.mse_loss(pred, data[:, :, -1]) + 0.1 * kl_categorical_uniform(prob, atoms, kinds)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"{loss.item():.3f}")
