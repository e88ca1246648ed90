"""Does an MHC molecule present a peptide? Both are rows of amino acids, 0 fills up."""
import torch
from torch import nn


class MotifEncoder(nn.Module):
    """Motifs of several lengths, wherever they stand."""

    def __init__(self, residues=21, width=16, kernels=(3, 5), filters=24):
        super().__init__()
        self.embed = nn.Embedding(residues, width, padding_idx=0)
        self.convs = nn.ModuleList(nn.Conv1d(width, filters, k, padding=k // 2) for k in kernels)
        self.width = filters * len(kernels)

    def forward(self, chain):
        x = self.embed(chain)
        return torch.cat([torch.relu(conv(x)).amax(dim=2) for conv in self.convs], dim=1)


class Presentation(nn.Module):
    def __init__(self, filters=24, hidden=48):
        super().__init__()
        self.peptide = MotifEncoder(kernels=(3, 5), filters=filters)
        self.groove = MotifEncoder(kernels=(3, 5, 7), filters=filters)
        self.mix = nn.Sequential(
            nn.Linear(self.peptide.width + self.groove.width, hidden), nn.ReLU(), nn.Dropout(0.1), nn.Linear(hidden, 1)
        )

    def forward(self, peptide, groove):
        return self.mix(torch.cat([self.peptide(peptide), self.groove(groove)], dim=1)).squeeze(1)
