"""Learn to speak: sounds of speech, each with a vector of what the sentence means there, to frames of sound."""
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

HERE = Path(__file__).parent
SYMBOLS = ["sil", "b", "ch", "d", "f", "g", "h", "a1", "a4", "i2", "ong1", "u3", "en2", "sp"]
BERT_DIM = 6


class TextAudioDataset(Dataset):
    """A line of the list: the file of the vectors, and the sounds; the vectors were made ahead, one for each sound."""

    def __init__(self, filelist):
        lines = (HERE / filelist).read_text().splitlines()
        self.items = [line.split("|") for line in lines if line.strip()]

    def __len__(self):
        return len(self.items)

    def __getitem__(self, index):
        bert_path, phones = self.items[index]
        phones = torch.tensor([SYMBOLS.index(phone) for phone in phones.split()])
        bert = torch.from_numpy(np.load(HERE / bert_path)).float()
        frames = torch.sin(phones[:, None] * torch.arange(1, 5) * 0.3)
        return phones, bert, frames


class TextEncoder(nn.Module):
    def __init__(self, hidden=12):
        super().__init__()
        self.emb = nn.Embedding(len(SYMBOLS), hidden)
        self.emb_bert = nn.Linear(BERT_DIM, hidden)
        self.encoder = nn.GRU(hidden, hidden, batch_first=True)
        self.proj = nn.Linear(hidden, 4)

    def forward(self, x, bert):
        x = self.emb(x) * x.shape[-1] ** 0.5
        x = x + self.emb_bert(bert)
        return self.proj(self.encoder(x)[0])


if __name__ == "__main__":
    torch.manual_seed(0)
    model = TextEncoder()
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-4)
    for phones, bert, frames in DataLoader(TextAudioDataset("filelists/train.txt"), batch_size=1):
        loss = nn.functional.l1_loss(model(phones, bert), frames)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(phones.shape[1], f"{loss.item():.3f}")
