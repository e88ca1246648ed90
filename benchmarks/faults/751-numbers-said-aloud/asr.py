"""Spoken digit strings to text with a small conv + BiGRU acoustic model and CTC."""
import torch
import torch.nn as nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, Dataset

VOCAB = ["<blank>"] + list("0123456789")
N_MELS = 20


class SpokenDigits(Dataset):
    """Each digit lights up two mel bands for a while; recordings have 3 to 6 digits."""

    def __init__(self, n, seed):
        g = torch.Generator().manual_seed(seed)
        self.items = []
        for _ in range(n):
            k = torch.randint(3, 7, (1,), generator=g).item()
            digits = torch.randint(0, 10, (k,), generator=g)
            chunks = []
            for d in digits.tolist():
                frames = torch.randint(8, 14, (1,), generator=g).item()
                mel = 0.3 * torch.randn(frames, N_MELS, generator=g)
                mel[2:-2, d] += 2
                mel[2:-2, d + 10] += 2
                chunks.append(mel)
            self.items.append((torch.cat(chunks), digits + 1))

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i]


def collate(batch):
    mels, targets = zip(*batch)
    mel_lens = torch.tensor([len(m) for m in mels])
    target_lens = torch.tensor([len(t) for t in targets])
    return pad_sequence(mels, batch_first=True), mel_lens, pad_sequence(targets, batch_first=True), target_lens


class AcousticModel(nn.Module):
    """(batch, frames, mels) -> log probabilities (batch, frames / 2, vocabulary)"""

    def __init__(self, hidden=48, vocab=len(VOCAB)):
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv1d(N_MELS, hidden, kernel_size=5, stride=2, padding=2),
            nn.BatchNorm1d(hidden),
            nn.GELU(),
        )
        self.gru = nn.GRU(hidden, hidden, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * hidden, vocab)

    def forward(self, mels):
        x = self.conv(mels.transpose(1, 2)).transpose(1, 2)
        x, _ = self.gru(x)
        return self.fc(x).log_softmax(dim=-1)

    @staticmethod
    def output_lengths(mel_lens):
        return (mel_lens - 1) // 2 + 1


def greedy_decode(log_probs, lengths):
    texts = []
    for frame_ids, n in zip(log_probs.argmax(-1), lengths):
        ids = torch.unique_consecutive(frame_ids[:n])
        texts.append("".join(VOCAB[i] for i in ids.tolist() if i != 0))
    return texts


def train(model, loader, epochs=3, lr=5e-3):
    ctc = nn.CTCLoss(blank=0, zero_infinity=True)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for epoch in range(epochs):
        model.train()
        total = 0.0
        for mels, mel_lens, targets, target_lens in loader:
            log_probs = model(mels)
            loss = ctc(log_probs, targets, model.output_lengths(mel_lens), target_lens)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimizer.step()
            total += loss.item()
        print(f"epoch {epoch + 1}: {total / len(loader):.3f}")
    return total / len(loader)


if __name__ == "__main__":
    torch.manual_seed(0)
    model = AcousticModel()
    loader = DataLoader(SpokenDigits(128, seed=1), batch_size=16, shuffle=True, collate_fn=collate)
    final = train(model, loader)

    model.eval()
    mels, mel_lens, targets, _ = collate([SpokenDigits(4, seed=2)[i] for i in range(4)])
    with torch.no_grad():
        heard = greedy_decode(model(mels), model.output_lengths(mel_lens))
    for t, h in zip(targets, heard):
        print("".join(VOCAB[i] for i in t.tolist() if i), "->", h)
