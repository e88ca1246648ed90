"""Capsules: the length of a vector says how sure it is that a digit is there; the vector also draws it again."""
import torch
from torch import nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

NUM_CLASSES = 10
NUM_ROUTING_ITERATIONS = 3


def squash(tensor, dim=-1):
    squared_norm = (tensor ** 2).sum(dim=dim, keepdim=True)
    return squared_norm / (1 + squared_norm) * tensor / torch.sqrt(squared_norm + 1e-8)


class DigitCapsules(nn.Module):
    def __init__(self, routes, in_channels, out_channels):
        super().__init__()
        self.route_weights = nn.Parameter(torch.randn(NUM_CLASSES, routes, in_channels, out_channels) * 0.1)

    def forward(self, x):
        priors = torch.einsum("bri,crio->bcro", x, self.route_weights)
        logits = torch.zeros(priors.shape[:3])
        for i in range(NUM_ROUTING_ITERATIONS):
            outputs = squash((logits.softmax(dim=1)[..., None] * priors).sum(dim=2))
            if i < NUM_ROUTING_ITERATIONS - 1:
                logits = logits + (priors * outputs[:, :, None]).sum(dim=-1)
        return outputs


class CapsuleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 5)
        self.primary = nn.Conv2d(16, 32, 5, stride=2)
        self.digits = DigitCapsules(4 * 9, 8, 6)
        self.decoder = nn.Sequential(nn.Linear(6 * NUM_CLASSES, 32), nn.ReLU(), nn.Linear(32, 196), nn.Sigmoid())

    def forward(self, x):
        x = self.primary(F.relu(self.conv1(x)))
        x = squash(x.view(x.size(0), 4, 8, -1).transpose(2, 3).reshape(x.size(0), -1, 8))
        x = self.digits(x)
        classes = (x ** 2).sum(dim=-1) ** 0.5
        chosen = torch.eye(NUM_CLASSES).index_select(dim=0, index=classes.argmax(dim=1))
        return classes, self.decoder((x * chosen[:, :, None]).flatten(1))


class CapsuleLoss(nn.Module):
    def forward(self, images, labels, classes, reconstructions):
        left = F.relu(0.9 - classes, inplace=False) ** 2
        right = F.relu(classes - 0.1, inplace=False) ** 2
        margin_loss = labels * left + 0.5 * (1.0 - labels) * right
        reconstruction_loss = F.mse_loss(reconstructions, images.flatten(1), reduction="sum")
        return (margin_loss.sum() + 0.0005 * reconstruction_loss) / images.size(0)


def processor(model, capsule_loss, sample):
    """The loss and the classes of a batch of bytes (batch, 14, 14) and their digits (batch)."""
    data, labels = sample
    data = data.unsqueeze(1).float() / 255.0
    labels = labels.long()
    classes, reconstructions = model(data)
    return capsule_loss(data, labels, classes, reconstructions), classes


if __name__ == "__main__":
    torch.manual_seed(0)
    images = torch.randint(0, 256, (48, 14, 14), dtype=torch.uint8)
    loader = DataLoader(TensorDataset(images, torch.arange(48) % NUM_CLASSES), batch_size=16, shuffle=True)
    model, capsule_loss = CapsuleNet(), CapsuleLoss()
    optimizer = torch.optim.Adam(model.parameters())
    for sample in loader:
        loss, _ = processor(model, capsule_loss, sample)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"{loss.item():.3f}")
