"""python main.py --config config.yaml"""
import argparse

import torch
import yaml
from torch import nn
from torch.nn.utils.rnn import pad_sequence

from router.model import Router


def complaints(count, vocabulary, departments, longest, generator):
    lengths = torch.randint(5, longest + 1, (count,), generator=generator)
    labels = torch.randint(0, departments, (count,), generator=generator)
    texts = []
    for n, label in zip(lengths.tolist(), labels.tolist()):
        text = torch.randint(departments + 1, vocabulary, (n,), generator=generator)
        text[torch.randint(0, n, (3,), generator=generator)] = label + 1
        texts.append(text)
    return texts, labels


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", default="config.yaml")
    args = parser.parse_args()
    with open(args.config) as stream:
        cfg = yaml.safe_load(stream)
    torch.manual_seed(0)
    data = cfg["data"]
    texts, labels = complaints(160, data["vocabulary"], data["departments"], data["longest"], torch.Generator().manual_seed(1))
    model = Router(data["vocabulary"], data["departments"], **cfg["model"])
    optimizer = torch.optim.Adam(model.parameters(), lr=cfg["train"]["lr"])
    size = cfg["train"]["batch_size"]
    for epoch in range(cfg["train"]["epochs"]):
        total = 0.0
        for index in torch.randperm(len(texts)).split(size):
            chosen = [texts[i] for i in index]
            words = pad_sequence(chosen, batch_first=True)
            lengths = torch.tensor([len(text) for text in chosen])
            loss = nn.functional.cross_entropy(model(words, lengths), labels[index])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(index)
        print(f"epoch {epoch + 1}: {total / len(texts):.3f}")
    return model


if __name__ == "__main__":
    model = main()
