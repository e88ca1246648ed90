import torch
from torch.utils.data import Dataset


def extract(network, pictures):
    """Features of every picture as the backbone leaves them after its pooling."""
    with torch.no_grad():
        return network(pictures)


class PairDataset(Dataset):
    """Stored features of pictures with the attribute and the object they show."""

    def __init__(self, features, attributes, objects):
        self.features = features
        self.attributes, self.objects = attributes, objects

    def __len__(self):
        return len(self.attributes)

    def __getitem__(self, index):
        return self.features[index], self.attributes[index], self.objects[index]
