"""Train a model of drugs and proteins: do they interact?"""
import argparse

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from config import BIN_config_DBPE
from models import BIN_Interaction_Flat


def get_parser():
    parser = argparse.ArgumentParser()
    parser.add_argument("-b", "--batch-size", default=4, type=int, metavar="N", help="pairs in a step")
    parser.add_argument("--epochs", default=1, type=int)
    parser.add_argument("--lr", default=1e-3, type=float)
    return parser


def make_data(config, count=16):
    drugs = torch.randint(1, config["input_dim_drug"], (count, config["max_drug_seq"]))
    proteins = torch.randint(1, config["input_dim_target"], (count, config["max_protein_seq"]))
    return TensorDataset(drugs, proteins, torch.randint(0, 2, (count,)).float())


def main(argv=None):
    args = get_parser().parse_args(argv)
    config = BIN_config_DBPE()
    torch.manual_seed(0)
    model = BIN_Interaction_Flat(**config)
    loader = DataLoader(make_data(config), batch_size=args.batch_size, shuffle=True, drop_last=True)
    optimizer = torch.optim.Adam(model.parameters(), lr=args.lr)
    losses = []
    for _ in range(args.epochs):
        for drug, protein, label in loader:
            logits = torch.sigmoid(model(drug, protein)).squeeze(1)
            loss = nn.functional.binary_cross_entropy(logits, label)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    print(f"{len(losses)} steps, {losses[-1]:.3f}")
    return model


if __name__ == "__main__":
    main()
