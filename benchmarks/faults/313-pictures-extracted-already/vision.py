import torch
from torch import nn


def backbone():
    return nn.Sequential(nn.Conv2d(3, 32, 3, stride=4, padding=1), nn.ReLU(),
                         nn.Conv2d(32, 64, 3, stride=4, padding=1), nn.ReLU())


class ImageEmbedding(nn.Module):
    """Regions of a picture; the picture may come as pixels or as stored features of the backbone."""

    def __init__(self, dim=48, extract_features=False):
        super().__init__()
        self.extract_features = extract_features
        if extract_features:
            self.extractor = backbone()
        else:
            self.extractor = backbone().requires_grad_(False)
        self.project = nn.Linear(64, dim)

    def forward(self, image):
        if not self.extract_features:
            image = self.extractor(image)
        regions = image.flatten(2).transpose(1, 2)
        return torch.tanh(self.project(regions))
