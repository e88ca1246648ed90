"""Train the conditional predictor."""
import argparse

import torch
from torch import nn

from modeling.vectornet import VectorNet

parser = argparse.ArgumentParser()
parser.add_argument("--hidden_size", type=int, default=32)
parser.add_argument("--vector_size", type=int, default=6)
parser.add_argument("--mode_num", type=int, default=3)
parser.add_argument("--future_frame_num", type=int, default=5)
parser.add_argument("--train_batch_size", type=int, default=4)
parser.add_argument("--num_train_epochs", type=int, default=2)


def make_scenes(count, vector_size, frames, seed=0):
    g = torch.Generator().manual_seed(seed)
    scenes, futures = [], []
    for _ in range(count):
        sizes = torch.randint(2, 6, (int(torch.randint(3, 8, (1,), generator=g)),), generator=g)
        scenes.append([torch.randn(int(n), vector_size, generator=g) for n in sizes])
        futures.append(scenes[-1][0][-1, :2] + torch.arange(1, frames + 1)[:, None] * 0.1)
    return scenes, torch.stack(futures)


def best_mode_loss(paths, scores, future):
    error = (paths - future[:, None]).pow(2).mean(dim=(2, 3))
    best = error.argmin(dim=1)
    return error.gather(1, best[:, None]).mean() + nn.functional.cross_entropy(scores, best)


def main(args):
    torch.manual_seed(0)
    model = VectorNet(args)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    scenes, futures = make_scenes(16, args.vector_size, args.future_frame_num)
    for epoch in range(args.num_train_epochs):
        total = 0.0
        for start in range(0, len(scenes), args.train_batch_size):
            batch = slice(start, start + args.train_batch_size)
            loss = best_mode_loss(*model(scenes[batch]), futures[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        print(f"epoch {epoch}: {total:.4f}")
    return model


if __name__ == "__main__":
    args = parser.parse_args()
    model = main(args)
