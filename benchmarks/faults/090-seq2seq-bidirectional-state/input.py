import torch
import torch.nn as nn
import torch.nn.functional as F

from decoder import Decoder
from encoder import Encoder


class Seq2Seq(nn.Module):
    def __init__(self, src_vocab=40, trg_vocab=30, hidden=32, layers=2):
        super().__init__()
        self.layers = layers
        self.encoder = Encoder(src_vocab, hidden=hidden, layers=layers)
        self.decoder = Decoder(trg_vocab, hidden=hidden, layers=layers)
        self.bridge = nn.Linear(2 * hidden, hidden)

    def forward(self, src, trg):
        memory, state = self.encoder(src)
        logits, _ = self.decoder(trg[:, :-1], state, memory)
        return logits


if __name__ == "__main__":
    torch.manual_seed(0)
    net = Seq2Seq()
    src, trg = torch.randint(0, 40, (5, 11)), torch.randint(0, 30, (5, 8))
    logits = net(src, trg)
    loss = F.cross_entropy(logits.flatten(0, 1), trg[:, 1:].flatten())
    loss.backward()
    print(tuple(logits.shape), round(loss.item(), 2))
