import torch.nn as nn
import torch.nn.functional as F

from towers import ImageTower, TextTower


class TwinTower(nn.Module):
    def __init__(self):
        super().__init__()
        self.image = ImageTower()
        self.text = TextTower()

    def forward(self, images, tokens):
        zi = F.normalize(self.image(images), dim=-1)
        zt = F.normalize(self.text(tokens), dim=-1)
        return zi @ zt.t()
