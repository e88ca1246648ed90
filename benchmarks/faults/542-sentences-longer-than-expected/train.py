"""Translate sentences of a made-up language into another."""
import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader

from model import Decoder, Encoder, Seq2Seq

PAD, SOS, EOS, WORDS = 0, 1, 2, 40
HID_DIM, LAYERS, HEADS, PF_DIM, CLIP = 16, 2, 4, 32, 1


def make_pairs(lengths):
    """A sentence, and the same backwards."""
    generator, pairs = torch.Generator().manual_seed(4), []
    for length in lengths:
        words = torch.randint(3, WORDS, (length,), generator=generator)
        begin, end = torch.tensor([SOS]), torch.tensor([EOS])
        pairs.append((torch.cat([begin, words, end]), torch.cat([begin, words.flip(0), end])))
    return pairs


def collate(batch):
    src, trg = zip(*batch)
    return pad_sequence(src, True, PAD), pad_sequence(trg, True, PAD)


def train(model, iterator, optimizer, criterion, clip):
    model.train()
    epoch_loss = 0.0
    for src, trg in iterator:
        output = model(src, trg[:, :-1])
        loss = criterion(output.reshape(-1, output.shape[-1]), trg[:, 1:].reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimizer.step()
        epoch_loss += loss.item()
    return epoch_loss / len(iterator)


if __name__ == "__main__":
    torch.manual_seed(0)
    train_pairs = make_pairs([5, 9, 12, 7, 20, 6, 15, 37, 8, 11, 4, 28, 10, 9, 13, 6])
    train_iterator = DataLoader(train_pairs, batch_size=4, collate_fn=collate)
    model = Seq2Seq(
        Encoder(WORDS, HID_DIM, LAYERS, HEADS, PF_DIM),
        Decoder(WORDS, HID_DIM, LAYERS, HEADS, PF_DIM),
        PAD,
    )
    optimizer, criterion = torch.optim.Adam(model.parameters(), lr=5e-4), nn.CrossEntropyLoss(ignore_index=PAD)
    losses = [train(model, train_iterator, optimizer, criterion, CLIP) for epoch in range(2)]
    print(f"{len(losses)} epochs of {len(train_pairs)} sentences")
