import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader

WORDS = {"<pad>": 0, "she": 1, "reads": 2, "a": 3, "long": 4, "letter": 5, "he": 6, "sleeps": 7, "often": 8, "quietly": 9}
TAGS = {"PRON": 0, "VERB": 1, "DET": 2, "ADJ": 3, "NOUN": 4, "ADV": 5}
IGNORE = -100

CORPUS = [
    ("she reads a long letter", "PRON VERB DET ADJ NOUN"),
    ("he sleeps", "PRON VERB"),
    ("she often sleeps quietly", "PRON ADV VERB ADV"),
    ("he reads a letter quietly", "PRON VERB DET NOUN ADV"),
    ("she sleeps", "PRON VERB"),
    ("he often reads", "PRON ADV VERB"),
    ("she reads often", "PRON VERB ADV"),
]


def encode(pair):
    words, tags = pair
    return (torch.tensor([WORDS[w] for w in words.split()]),
            torch.tensor([TAGS[t] for t in tags.split()]))


def collate(samples):
    words, tags = zip(*samples)
    words = pad_sequence(words, batch_first=True, padding_value=WORDS["<pad>"])
    tags = pad_sequence(tags, padding_value=IGNORE)
    return words, tags


class Tagger(nn.Module):
    def __init__(self, dim=16, hidden=16):
        super().__init__()
        self.embed = nn.Embedding(len(WORDS), dim, padding_idx=0)
        self.lstm = nn.LSTM(dim, hidden, batch_first=True, bidirectional=True)
        self.score = nn.Linear(2 * hidden, len(TAGS))

    def forward(self, words):
        return self.score(self.lstm(self.embed(words))[0])


def loss_of(model, words, tags):
    scores = model(words)                              # batch, time, tags
    return nn.functional.cross_entropy(scores.transpose(1, 2), tags, ignore_index=IGNORE)


if __name__ == "__main__":
    torch.manual_seed(0)
    loader = DataLoader([encode(p) for p in CORPUS], batch_size=4, collate_fn=collate)
    model = Tagger()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    for epoch in range(4):
        total = 0.0
        for words, tags in loader:
            loss = loss_of(model, words, tags)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        print(epoch, round(total, 3))
