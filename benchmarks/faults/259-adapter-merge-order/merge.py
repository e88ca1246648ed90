"""Fold finetuned adapters into the weights they correct."""
import torch

from lora import LoRALinear
from model import TinyLM

ADAPTED = ("query", "value")


def add_adapters(model, rank=4):
    for block in model.blocks:
        for name in ADAPTED:
            setattr(block, name, LoRALinear(getattr(block, name), rank=rank))
    return model


@torch.no_grad()
def merge_adapters(model):
    for block in model.blocks:
        for name in ADAPTED:
            layer = getattr(block, name)
            delta = layer.down @ layer.up
            layer.base.weight += layer.scaling * delta
            setattr(block, name, layer.base)
    return model


def pretend_finetuning(model):
    for name, p in model.named_parameters():
        if name.endswith(".up"):
            torch.nn.init.normal_(p, std=0.05)


if __name__ == "__main__":
    torch.manual_seed(0)
    model = add_adapters(TinyLM())
    pretend_finetuning(model)
    tokens = torch.randint(50, (2, 9))
    before = model(tokens)
    after = merge_adapters(model)(tokens)
    print("largest difference", (before - after).abs().max().item())
