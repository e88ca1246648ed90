"""Ask the pretrained network what is in some pictures."""
import argparse

import torch

from res2net import res2net101_26w_4s

parser = argparse.ArgumentParser()
parser.add_argument("--weights", default="weights/resnet101.pth")
parser.add_argument("--pictures", type=int, default=3)

if __name__ == "__main__":
    args = parser.parse_args()
    model = res2net101_26w_4s()
    model.load_state_dict(torch.load(args.weights, map_location="cpu"))
    model.eval()
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        scores = model(torch.randn(args.pictures, 3, 32, 32, generator=generator)).softmax(dim=1)
    for i, (score, label) in enumerate(zip(*scores.max(dim=1))):
        print(f"picture {i}: class {label.item()} ({score.item():.2f})")
