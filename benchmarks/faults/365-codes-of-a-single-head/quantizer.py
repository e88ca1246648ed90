import torch
from torch import nn


class VectorQuantizer(nn.Module):
    """Replaces tokens by their nearest codes, in a narrow space.

    With several heads every token is cut into as many pieces, all of them looked up in one codebook;
    indices then have one more axis, (batch, tokens, heads).
    """

    def __init__(self, dim, codes, code_dim, heads=1):
        super().__init__()
        self.heads = heads
        self.codebook = nn.Parameter(torch.randn(codes, code_dim))
        self.project_in = nn.Linear(dim, heads * code_dim)
        self.project_out = nn.Linear(heads * code_dim, dim)

    def nearest(self, x):
        return torch.cdist(x, self.codebook.expand(x.shape[0], -1, -1)).argmin(dim=-1)

    def forward(self, x):
        b, n, _ = x.shape
        pieces = self.project_in(x).view(b, n * self.heads, -1)
        indices = self.nearest(pieces)
        codes = self.codebook[indices]
        codes = pieces + (codes - pieces).detach()
        out = self.project_out(codes.view(b, n, -1))
        if self.heads > 1:
            indices = indices.view(b, n, self.heads)
        return out, indices

    def codes_from_indices(self, indices):
        codes = self.codebook[indices]
        return codes.flatten(-2)

    def output_from_indices(self, indices):
        return self.project_out(self.codes_from_indices(indices))
