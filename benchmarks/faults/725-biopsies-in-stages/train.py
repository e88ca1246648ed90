"""Grade patches of prostate biopsies."""
import json

import torch
from torch import nn

from backbone import Backbone


class Grader(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.backbone = Backbone(**cfg["backbone"])
        self.head = nn.Linear(self.backbone.out_features, cfg["grades"] - 1)

    def forward(self, x):
        """Cumulative logits: is the grade above 0, above 1, ..."""
        return self.head(self.backbone(x))


def ordinal_targets(grades, count):
    return (grades[:, None] > torch.arange(count - 1)).float()


def main(path="config.json"):
    with open(path) as f:
        cfg = json.load(f)
    torch.manual_seed(0)
    model = Grader(cfg)
    optimizer = torch.optim.AdamW(model.parameters(), lr=cfg["lr"])
    for step in range(cfg["steps"]):
        grades = torch.randint(0, cfg["grades"], (cfg["batch_size"],))
        patches = torch.randn(cfg["batch_size"], 3, cfg["patch"], cfg["patch"]) + grades.view(-1, 1, 1, 1)
        logits = model(patches)
        loss = nn.functional.binary_cross_entropy_with_logits(logits, ordinal_targets(grades, cfg["grades"]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"{step}: {loss.item():.3f}")
    return model


if __name__ == "__main__":
    model = main()
