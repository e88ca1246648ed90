"""Inference service: one photograph of a leaf in, one diagnosis out."""
from dataclasses import dataclass

import torch
import torch.nn as nn

CLASSES = ["healthy", "rust", "mildew", "blight"]


@dataclass
class Diagnosis:
    label: str
    confidence: float


class LeafNet(nn.Module):
    def __init__(self, num_classes=len(CLASSES)):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(8, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.AdaptiveAvgPool2d(1),
        )
        self.classifier = nn.Linear(16, num_classes)

    def forward(self, x):
        x = self.features(x)
        return self.classifier(torch.flatten(x, 1))


class LeafService:
    mean = torch.tensor([0.48, 0.52, 0.40]).view(3, 1, 1)
    std = torch.tensor([0.22, 0.21, 0.23]).view(3, 1, 1)

    def __init__(self, model):
        self.model = model.eval()

    def preprocess(self, photo):
        """uint8 (3, H, W) to a normalised float tensor."""
        return (photo.float() / 255 - self.mean) / self.std

    @torch.no_grad()
    def diagnose(self, photo):
        x = self.preprocess(photo)
        probabilities = self.model(x).softmax(dim=1)
        confidence, index = probabilities.max(dim=1)
        return Diagnosis(CLASSES[index.item()], confidence.item())


if __name__ == "__main__":
    torch.manual_seed(0)
    service = LeafService(LeafNet())
    photo = torch.randint(0, 256, (3, 40, 40), dtype=torch.uint8)
    print(service.diagnose(photo))
