"""Turns a row of figures round: an encoder reads it from both sides, a decoder writes."""
import torch
import torch.nn as nn

from seq2seq import DecoderRNN, EncoderRNN, Seq2seq

SOS, FIGURES, LENGTH = 10, 11, 5


def rows(count):
    source = torch.randint(0, 10, (count, LENGTH))
    start = torch.full((count, 1), SOS)
    return source, torch.cat([start, source.flip(1)], dim=1)


if __name__ == "__main__":
    torch.manual_seed(0)
    hidden_size = 16
    bidirectional = True
    encoder = EncoderRNN(FIGURES, hidden_size, bidirectional=bidirectional, n_layers=2)
    decoder = DecoderRNN(FIGURES, hidden_size * 2 if bidirectional else hidden_size, n_layers=2,
                         bidirectional=bidirectional)
    model = Seq2seq(encoder, decoder)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for step in range(4):
        source, target = rows(8)
        scores = model(source, target[:, :-1])
        loss = nn.functional.cross_entropy(scores.transpose(1, 2), target[:, 1:])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"{loss.item():.3f}")
