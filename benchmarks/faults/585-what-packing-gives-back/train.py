"""Learn captions."""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence
from torch.utils.data import DataLoader, Dataset

from models import Decoder

VOCAB, MAX_LEN, PIXELS, ENCODER_DIM = 20, 9, 6, 10
alpha_c, epochs, batch_size = 1.0, 3, 8


class CaptionDataset(Dataset):
    def __init__(self, count=40, seed=2):
        g = torch.Generator().manual_seed(seed)
        self.images = torch.randn(count, PIXELS, ENCODER_DIM, generator=g)
        self.lengths = torch.randint(4, MAX_LEN + 1, (count, 1), generator=g)
        self.captions = torch.zeros(count, MAX_LEN, dtype=torch.long)
        for image, caption, n in zip(self.images, self.captions, self.lengths.flatten().tolist()):
            start = int(image.mean(0).argmax())
            caption[0], caption[n - 1] = 1, 2
            caption[1:n - 1] = 3 + start + torch.arange(n - 2)

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        return self.images[i], self.captions[i], self.lengths[i]


def accuracy(scores, targets, k):
    hits = scores.topk(k, 1)[1].eq(targets.view(-1, 1))
    return hits.float().sum().item() * 100.0 / targets.size(0)


def train(train_loader, decoder, criterion, optimizer, epoch):
    decoder.train()
    losses, top3, words = 0.0, 0.0, 0
    for imgs, caps, caplens in train_loader:
        scores, caps_sorted, decode_lengths, alphas, sort_ind = decoder(imgs, caps, caplens)
        # what follows each word but the last
        targets = caps_sorted[:, 1:]
        scores, _ = pack_padded_sequence(scores, decode_lengths, batch_first=True)
        targets, _ = pack_padded_sequence(targets, decode_lengths, batch_first=True)
        loss = criterion(scores, targets)
        loss = loss + alpha_c * ((1.0 - alphas.sum(dim=1)) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        n = sum(decode_lengths)
        losses, top3, words = losses + loss.item() * n, top3 + accuracy(scores, targets, 3) * n, words + n
    print(f"Epoch [{epoch}] loss {losses / words:.4f} top-3 {top3 / words:.2f}")


if __name__ == "__main__":
    torch.manual_seed(0)
    loader = DataLoader(CaptionDataset(), batch_size, shuffle=True)
    decoder = Decoder(ENCODER_DIM, 8, 16, VOCAB)
    optimizer = torch.optim.Adam(decoder.parameters(), lr=1e-2)
    for epoch in range(epochs):
        train(loader, decoder, nn.CrossEntropyLoss(), optimizer, epoch)
