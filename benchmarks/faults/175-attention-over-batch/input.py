import torch
import torch.nn as nn


class GestureEncoder(nn.Module):
    """x: (batch, frames, joints)."""

    def __init__(self, joints=24, classes=6):
        super().__init__()
        layer = nn.TransformerEncoderLayer(joints, 4, 48)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.fc = nn.Linear(joints, classes)

    def forward(self, x):
        return self.fc(self.encoder(x).mean(dim=1))
