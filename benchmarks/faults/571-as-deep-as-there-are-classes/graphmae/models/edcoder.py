"""Hide what is known of some nodes, and let the others tell it."""
import torch
import torch.nn.functional as F
from torch import nn

from graphmae.models.gcn import GCN


def sce_loss(x, y, alpha):
    return (1 - (F.normalize(x, dim=-1) * F.normalize(y, dim=-1)).sum(dim=-1)).pow(alpha).mean()


class PreModel(nn.Module):
    def __init__(self, in_dim, num_hidden, enc_dim, num_layers, mask_rate=0.5, alpha_l=2):
        """``enc_dim``: how many numbers the encoder gives for a node; the decoder begins with ``num_hidden``."""
        super().__init__()
        self.mask_rate, self.alpha_l = mask_rate, alpha_l
        self.encoder = GCN(in_dim, num_hidden, enc_dim, num_layers)
        self.encoder_to_decoder = nn.Linear(num_hidden, num_hidden, bias=False)
        self.decoder = GCN(num_hidden, num_hidden, in_dim, 1, activation=False)
        self.enc_mask_token = nn.Parameter(torch.zeros(1, in_dim))

    def forward(self, g, x):
        return self.mask_attr_prediction(g, x)

    def mask_attr_prediction(self, g, x):
        perm = torch.randperm(len(x))
        mask_nodes = perm[: int(self.mask_rate * len(x))]
        use_x = x.clone()
        use_x[mask_nodes] = self.enc_mask_token
        enc_rep = self.encoder(g, use_x)
        rep = self.encoder_to_decoder(enc_rep)
        rep = rep.index_fill(0, mask_nodes, 0.0)
        recon = self.decoder(g, rep)
        return sce_loss(recon[mask_nodes], x[mask_nodes], self.alpha_l)

    def embed(self, g, x):
        return self.encoder(g, x)
