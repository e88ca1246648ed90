import torch
import torch.nn as nn
import torch.nn.functional as F


class FaceEmbed(nn.Module):
    """Returns unit-length embeddings for cosine search."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(128, 32)

    def forward(self, x):
        z = self.fc(torch.relu(x))
        F.normalize(z, dim=-1)
        return z
