"""Loads the fine-tuned detector and prints its boxes for one picture."""
import argparse

import torch
from torch import nn


class MiniDETR(nn.Module):
    def __init__(self, num_classes, hidden=16, queries=6):
        super().__init__()
        self.backbone = nn.Conv2d(3, hidden, 8, stride=8)
        self.query = nn.Parameter(torch.zeros(queries, hidden))
        self.class_embed = nn.Linear(hidden, num_classes + 1)
        self.bbox_embed = nn.Linear(hidden, 4)

    def forward(self, x):
        mem = self.backbone(x).flatten(2).transpose(1, 2)
        q = self.query.expand(x.size(0), -1, -1)
        h = nn.functional.scaled_dot_product_attention(q, mem, mem)
        return {"pred_logits": self.class_embed(h), "pred_boxes": self.bbox_embed(h).sigmoid()}


def get_args():
    p = argparse.ArgumentParser()
    p.add_argument("--num_classes", default=2, type=int, help="object classes, without the empty one")
    p.add_argument("--checkpoint", default="finetuned-300ep.pth")
    return p.parse_args()


def main():
    args = get_args()
    model = MiniDETR(args.num_classes)
    state = torch.load(args.checkpoint, map_location="cpu")["model"]
    model.load_state_dict(state)
    model.eval()
    with torch.no_grad():
        out = model(torch.rand(1, 3, 64, 64))
    labels = out["pred_logits"].softmax(-1)[..., :-1].argmax(-1)
    print(labels.tolist(), out["pred_boxes"].shape)


if __name__ == "__main__":
    main()
