"""Learn a language from covered words, and from whether two sentences follow each other."""
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

PAD, MASK, VOCAB, LENGTH = 0, 1, 30, 14


class Pairs(Dataset):
    """Two sentences in a row of LENGTH words; the label is 0 wherever nothing was covered."""

    def __init__(self, count=16):
        self.count = count

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        generator = torch.Generator().manual_seed(index)
        words = torch.randint(2, VOCAB, (LENGTH,), generator=generator)
        words[LENGTH - index % 4:] = PAD
        segment = (torch.arange(LENGTH) >= LENGTH // 2).long() + 1
        segment[words == PAD] = 0
        covered = (torch.rand(LENGTH, generator=generator) < 0.25) & (words != PAD)
        covered[0] = True
        label = torch.where(covered, words, 0)
        return {"bert_input": torch.where(covered, MASK, words), "bert_label": label, "segment_label": segment,
                "is_next": torch.tensor(index % 2)}


class BERT(nn.Module):
    def __init__(self, vocab_size=VOCAB, hidden=16, heads=2):
        super().__init__()
        self.token, self.segment = nn.Embedding(vocab_size, hidden, padding_idx=0), nn.Embedding(3, hidden, padding_idx=0)
        self.position = nn.Parameter(torch.randn(LENGTH, hidden) * 0.1)
        self.block = nn.TransformerEncoderLayer(hidden, heads, 32, dropout=0.0, batch_first=True)

    def forward(self, x, segment):
        hidden = self.token(x) + self.segment(segment) + self.position
        return self.block(hidden, src_key_padding_mask=x == PAD)


class BERTLM(nn.Module):
    """Whether the sentences follow each other (batch, 2), and the word at each place (batch, length, words)."""

    def __init__(self, bert, vocab_size=VOCAB, hidden=16):
        super().__init__()
        self.bert = bert
        self.next_sentence, self.mask_lm = nn.Linear(hidden, 2), nn.Linear(hidden, vocab_size)
        self.softmax = nn.LogSoftmax(dim=-1)

    def forward(self, x, segment_label):
        x = self.bert(x, segment_label)
        return self.softmax(self.next_sentence(x[:, 0])), self.softmax(self.mask_lm(x))


class BERTTrainer:
    def __init__(self, model, loader):
        self.model, self.loader = model, loader
        self.criterion = nn.NLLLoss(ignore_index=0)
        self.next_criterion = nn.NLLLoss()
        self.optim = torch.optim.Adam(model.parameters(), lr=1e-3)

    def losses(self, data):
        next_sent_output, mask_lm_output = self.model(data["bert_input"], data["segment_label"])
        next_loss = self.next_criterion(next_sent_output, data["is_next"])
        mask_loss = self.criterion(mask_lm_output.transpose(1, 2), data["bert_label"])
        return next_loss, mask_loss

    def train(self):
        for data in self.loader:
            next_loss, mask_loss = self.losses(data)
            self.optim.zero_grad()
            (next_loss + mask_loss).backward()
            self.optim.step()
            print(f"{next_loss.item():.3f} {mask_loss.item():.3f}")


if __name__ == "__main__":
    torch.manual_seed(0)
    trainer = BERTTrainer(BERTLM(BERT()), DataLoader(Pairs(), batch_size=6))
    trainer.train()
