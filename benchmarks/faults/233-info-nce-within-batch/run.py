import argparse

import torch

from encoder import Encoder
from info_nce import info_nce_loss

parser = argparse.ArgumentParser(description='contrastive pretraining')
parser.add_argument('-b', '--batch-size', default=12, type=int)
parser.add_argument('--n-views', default=2, type=int, help='views of each picture')
parser.add_argument('--temperature', default=0.07, type=float)
parser.add_argument('--steps', default=5, type=int)


def views(args):
    base = torch.rand(args.batch_size, 3, 16, 16)
    return [base + 0.1 * torch.randn_like(base) for _ in range(args.n_views)]


def main():
    args = parser.parse_args()
    assert args.n_views == 2, "only two views are supported"
    torch.manual_seed(0)
    model = Encoder()
    criterion = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), 3e-4)
    for step in range(args.steps):
        images = torch.cat(views(args), dim=0)
        features = model(images)
        logits, labels = info_nce_loss(features, args.batch_size, args.n_views, args.temperature)
        loss = criterion(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        top1 = (logits.argmax(1) == labels).float().mean().item()
        print(f'step {step} loss {loss.item():.3f} top1 {top1:.2f}')


if __name__ == '__main__':
    main()
