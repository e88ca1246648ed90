"""Whether somebody liked a film, read in both directions."""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence
from torch.utils.data import DataLoader

PAD, WORDS, BATCH_SIZE = 0, 60, 8


class RNN(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim, dropout):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=PAD)
        self.rnn = nn.LSTM(embedding_dim, hidden_dim, num_layers=2, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(hidden_dim * 2, output_dim)
        self.dropout = nn.Dropout(dropout)

    def forward(self, text, text_lengths):
        embedded = self.dropout(self.embedding(text))
        packed = pack_padded_sequence(embedded, text_lengths, batch_first=True, enforce_sorted=False)
        _, (hidden, _) = self.rnn(packed)
        hidden = self.dropout(torch.cat((hidden[-2], hidden[-1]), dim=1))
        return self.fc(hidden.squeeze(0))


def make_reviews(count, seed):
    generator = torch.Generator().manual_seed(seed)
    reviews = []
    for _ in range(count):
        length = int(torch.randint(3, 10, (1,), generator=generator))
        text = torch.randint(1, WORDS, (length,), generator=generator)
        reviews.append((text, float(text.float().mean() > WORDS / 2)))
    return reviews


def collate(batch):
    texts, labels = zip(*batch)
    lengths = torch.tensor([len(t) for t in texts])
    padded = nn.utils.rnn.pad_sequence(texts, batch_first=True, padding_value=PAD)
    return padded, lengths, torch.tensor(labels)


def binary_accuracy(preds, y):
    return (torch.round(torch.sigmoid(preds)) == y).float().mean()


def run(model, iterator, criterion, optimizer=None):
    model.train(optimizer is not None)
    epoch_loss, seen = 0.0, 0
    for text, lengths, label in iterator:
        predictions = model(text, lengths).squeeze(1)
        loss = criterion(predictions, label)
        if optimizer is not None:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        epoch_loss += loss.item() * len(label)
        seen += len(label)
    return epoch_loss / seen, seen


if __name__ == "__main__":
    torch.manual_seed(0)
    model = RNN(WORDS, 12, 10, 1, dropout=0.0)
    criterion, optimizer = nn.BCEWithLogitsLoss(), torch.optim.Adam(model.parameters(), lr=1e-2)
    train_iterator = DataLoader(make_reviews(33, 1), BATCH_SIZE, collate_fn=collate)
    valid_iterator = DataLoader(make_reviews(16, 2), BATCH_SIZE, collate_fn=collate)
    for epoch in range(2):
        train_loss, seen = run(model, train_iterator, criterion, optimizer)
        valid_loss, _ = run(model, valid_iterator, criterion)
        print(f"epoch {epoch}: {seen} reviews, train {train_loss:.4f}, valid {valid_loss:.4f}")
