"""Learn to reverse short sequences with an encoder and a decoder."""
import argparse

import torch
from torch import nn

from seq2seq import DecoderRNN, EncoderRNN, Seq2seq


def build(vocab_size, hidden_size=12, bidirectional=False, n_layers=1):
    encoder = EncoderRNN(vocab_size, hidden_size, bidirectional=bidirectional, n_layers=n_layers)
    decoder = DecoderRNN(vocab_size, hidden_size * 2 if bidirectional else 1,
                         bidirectional=bidirectional, n_layers=n_layers)
    return Seq2seq(encoder, decoder)


def train(model, steps, batch_size, vocab_size, length=6):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for step in range(steps):
        source = torch.randint(2, vocab_size, (batch_size, length))
        target = source.flip(1)
        start = torch.full((batch_size, 1), 1)
        logits = model(source, torch.cat([start, target[:, :-1]], dim=1))
        loss = nn.functional.cross_entropy(logits.transpose(1, 2), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"step {step}: {loss.item():.3f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--bidirectional", action="store_true")
    parser.add_argument("--hidden_size", type=int, default=12)
    parser.add_argument("--batch_size", type=int, default=16)
    opt = parser.parse_args()
    torch.manual_seed(0)
    model = build(20, opt.hidden_size, opt.bidirectional)
    train(model, 4, opt.batch_size, 20)
