"""Draw molecules, as bags of rings and bonds, from a trained autoencoder."""
import argparse
from pathlib import Path

import torch
from torch import nn

HERE = Path(__file__).parent


class Vocab:
    def __init__(self, smiles_list):
        self.vocab = smiles_list
        self.vmap = {x: i for i, x in enumerate(self.vocab)}

    def get_smiles(self, idx):
        return self.vocab[idx]

    def size(self):
        return len(self.vocab)


class Decoder(nn.Module):
    def __init__(self, vocab, hidden_size, latent_size):
        super().__init__()
        self.W = nn.Linear(latent_size, hidden_size)
        self.W_o = nn.Linear(hidden_size, vocab.size())

    def forward(self, z):
        return self.W_o(torch.relu(self.W(z)))


class JTNNVAE(nn.Module):
    def __init__(self, vocab, hidden_size, latent_size):
        super().__init__()
        self.vocab, self.latent_size = vocab, latent_size
        self.embedding = nn.Embedding(vocab.size(), hidden_size)
        self.G_mean = nn.Linear(hidden_size, latent_size)
        self.decoder = Decoder(vocab, hidden_size, latent_size)

    def sample_prior(self, pieces=3):
        best = self.decoder(torch.randn(1, self.latent_size)).topk(pieces, dim=1)[1][0]
        return [self.vocab.get_smiles(i) for i in best.tolist()]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--nsample", type=int, default=4)
    parser.add_argument("--vocab", default="data/vocab.txt")
    parser.add_argument("--model", default="vae_model/model.epoch-19")
    parser.add_argument("--hidden_size", type=int, default=10)
    parser.add_argument("--latent_size", type=int, default=4)
    args = parser.parse_args()
    vocab = Vocab((HERE / args.vocab).read_text().split())
    model = JTNNVAE(vocab, args.hidden_size, args.latent_size)
    model.load_state_dict(torch.load(HERE / args.model))
    torch.manual_seed(0)
    for _ in range(args.nsample):
        print(model.sample_prior())
