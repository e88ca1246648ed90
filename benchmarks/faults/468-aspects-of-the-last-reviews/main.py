"""Learn which aspects the reviews speak about: a sentence is rebuilt from aspects, and should be nearer to itself than to others."""
import argparse

import torch

from model import ABAE
from reader import read_data_tensors


def get_optimizer(args, model):
    if args.optimizer == "sgd":
        return torch.optim.SGD(model.parameters(), lr=0.05)
    return torch.optim.Adam(model.parameters(), lr=1e-3)


def train(model, args):
    optimizer = get_optimizer(args, model)
    losses = []
    for epoch in range(args.epochs):
        for item_number, x in enumerate(read_data_tensors(args.sentences, args.batch_size, args.maxlen, args.wv_dim)):
            x = torch.from_numpy(x)
            # for each sentence a few others of the same batch
            negative_samples = torch.stack(
                tuple([x[torch.randperm(x.shape[0])[:args.neg_size]] for _ in range(args.batch_size)]))
            loss = model(x, negative_samples)
            optimizer.zero_grad()
            loss.mean().backward()
            optimizer.step()
            losses.append(loss.detach())
        print(f"epoch {epoch}, batches {item_number + 1}: {losses[-1].mean().item():.3f}")
    return losses


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--sentences", type=int, default=23)
    parser.add_argument("--batch-size", "-b", type=int, default=8)
    parser.add_argument("--neg-size", "-ns", type=int, default=3)
    parser.add_argument("--aspects-number", "-as", type=int, default=5)
    parser.add_argument("--maxlen", "-l", type=int, default=10)
    parser.add_argument("--wv-dim", "-d", type=int, default=12)
    parser.add_argument("--optimizer", choices=["adam", "sgd"], default="adam")
    parser.add_argument("--epochs", "-e", type=int, default=2)
    args = parser.parse_args()
    torch.manual_seed(0)
    model = ABAE(args.wv_dim, args.aspects_number)
    losses = train(model, args)
