"""Train a classifier whose slots show what speaks for each class."""
import argparse
import json
from pathlib import Path

import torch
from torch.utils.data import DataLoader, TensorDataset

from sloter.slot_model import SlotModel


def param_translation(path):
    values = json.loads((Path(__file__).parent / path).read_text(encoding="utf-8"))
    return argparse.Namespace(**values)


def images(args, count=8):
    g = torch.Generator().manual_seed(1)
    return TensorDataset(torch.rand(count, 3, args.img_size, args.img_size, generator=g),
                         torch.randint(0, args.num_classes, (count,), generator=g))


def calculation(model, loader, optimizer):
    for inputs, labels in loader:
        logits, (loss, nll, area) = model(inputs, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"loss {loss.item():.3f}, nll {nll.item():.3f}, area {area.item():.3f}")


def main(args):
    torch.manual_seed(0)
    model = SlotModel(args)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)
    calculation(model, DataLoader(images(args), args.batch_size, shuffle=True), optimizer)
    return model


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", default="args.json")
    args = param_translation(parser.parse_args().config)
    model = main(args)
