"""Messages pass along the bonds, and a molecule is the mean of its atoms."""
import numpy as np
import torch
from torch import nn


class MPN(nn.Module):
    def __init__(self, hidden=16, depth=2, kinds=4):
        super().__init__()
        self.depth = depth
        self.W_i, self.W_h = nn.Embedding(kinds, hidden), nn.Linear(hidden, hidden)

    def encode(self, mol):
        h0 = self.W_i(torch.from_numpy(mol.atoms))
        adjacency = torch.zeros(len(mol.atoms), len(mol.atoms))
        for i, j in mol.bonds:
            adjacency[i, j] = adjacency[j, i] = 1.0
        h = torch.relu(h0)
        for _ in range(self.depth):
            h = torch.relu(h0 + self.W_h(adjacency @ h))
        return h.mean(dim=0)

    def forward(self, mols, features_batch=None):
        mol_vecs = torch.stack([self.encode(mol) for mol in mols], dim=0)
        if features_batch is not None:
            features = torch.from_numpy(np.stack(features_batch)).float().squeeze()
            mol_vecs = torch.cat([mol_vecs, features], dim=1)
        return mol_vecs


class MoleculeModel(nn.Module):
    def __init__(self, num_features, hidden=16):
        super().__init__()
        self.encoder = MPN(hidden)
        self.ffn = nn.Sequential(nn.Linear(hidden + num_features, hidden), nn.ReLU(), nn.Linear(hidden, 1))

    def forward(self, mols, features_batch):
        return self.ffn(self.encoder(mols, features_batch))
