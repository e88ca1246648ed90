"""python train.py --num-class 4"""
import argparse

import torch
from torch.utils.data import DataLoader

from data_loader import Retouch
from solver import DconnNet, Solver

parser = argparse.ArgumentParser()
parser.add_argument("--num-class", type=int, default=4)
parser.add_argument("--batch-size", type=int, default=2)
parser.add_argument("--epochs", type=int, default=2)


def main(args):
    torch.manual_seed(0)
    model, solver = DconnNet(args.num_class), Solver(args.num_class)
    train_loader = DataLoader(Retouch(args.num_class), args.batch_size, shuffle=True)
    solver.train(model, train_loader, args.epochs)
    return model, solver, train_loader


if __name__ == "__main__":
    args = parser.parse_args()
    model, solver, train_loader = main(args)
