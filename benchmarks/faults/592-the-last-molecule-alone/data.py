"""Molecules: the kinds of their atoms, their bonds, and some numbers about the whole."""
import numpy as np


class MoleculeDatapoint:
    def __init__(self, atoms, bonds, features, target):
        self.atoms, self.bonds, self.features, self.target = atoms, bonds, features, target


class MoleculeDataset:
    def __init__(self, data):
        self.data = data

    def features(self):
        return [d.features for d in self.data]

    def targets(self):
        return [d.target for d in self.data]

    def __len__(self):
        return len(self.data)


def get_data(count=33, num_features=5, seed=11):
    rng, data = np.random.default_rng(seed), []
    for _ in range(count):
        n = int(rng.integers(2, 8))
        atoms = rng.integers(0, 4, n)
        bonds = [(i, int(rng.integers(0, i))) for i in range(1, n)]
        features = rng.normal(size=num_features).astype(np.float32)
        data.append(MoleculeDatapoint(atoms, bonds, features, float((atoms == 2).sum() + features[0])))
    return MoleculeDataset(data)
