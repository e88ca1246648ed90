"""Teach the writer to turn sentences round."""
import random

import torch
from torch import nn
from torch.utils.data import DataLoader

from model import Decoder, Encoder, PretrainedReader, Seq2Seq

PAD, BOS, EOS, WORDS = 0, 1, 2, 20
BATCH_SIZE, N_EPOCHS, CLIP, HID_DIM, N_LAYERS = 8, 3, 1.0, 16, 2


def sentences(count, seed):
    rng = random.Random(seed)
    made = []
    for _ in range(count):
        words = [rng.randrange(3, WORDS) for _ in range(rng.randrange(3, 7))]
        made.append((torch.tensor(words), torch.tensor([BOS, *words[::-1], EOS])))
    return made


def collate(batch):
    src, trg = (nn.utils.rnn.pad_sequence(part, batch_first=True, padding_value=PAD) for part in zip(*batch))
    return src, src != PAD, trg


def run(model, iterator, criterion, optimizer=None):
    model.train(optimizer is not None)
    total = 0.0
    for src, mask, trg in iterator:
        output = model(src, mask, trg, 0.5 if optimizer else 0.0)
        loss = criterion(output[:, 1:].flatten(0, 1), trg[:, 1:].flatten())
        if optimizer:
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), CLIP)
            optimizer.step()
        total += loss.item()
    return total / len(iterator)


if __name__ == "__main__":
    random.seed(0)
    torch.manual_seed(0)
    reader = PretrainedReader(WORDS, 12)
    model = Seq2Seq(Encoder(reader, 12, HID_DIM, N_LAYERS), Decoder(WORDS, 10, HID_DIM, N_LAYERS))
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=1e-2)
    criterion = nn.CrossEntropyLoss(ignore_index=PAD)
    train_iterator = DataLoader(sentences(40, 1), BATCH_SIZE, collate_fn=collate)
    valid_iterator = DataLoader(sentences(16, 2), BATCH_SIZE, collate_fn=collate)
    for epoch in range(N_EPOCHS):
        train_loss = run(model, train_iterator, criterion, optimizer)
        with torch.no_grad():
            valid_loss = run(model, valid_iterator, criterion)
        print(f"epoch {epoch + 1}: train {train_loss:.3f}, valid {valid_loss:.3f}")
