"""Documents and the labels that each of them has."""
import torch
from torch.utils.data import Dataset

PAD, UNK = 0, 1
DOCUMENTS = [
    ("1", "market politics", "the central bank raised its rate and the market fell"),
    ("2", "sport", "the home team won the final in the last minute of the game"),
    ("3", "politics", "the minister left the government after the vote"),
    ("4", "sport market", "the club sold its striker for a record sum"),
    ("5", "politics", "a vote on the new law is near"),
    ("6", "sport", "!!! 3 : 0"),
    ("7", "market", "shares of the bank rose"),
    ("8", "sport", "the game was lost"),
]


def tokenize(text):
    return [word for word in text.lower().split() if word.isalpha()]


def load_datasets(max_seq_length=10):
    rows = [{"index": i, "label": label.split(), "text": tokenize(text)[:max_seq_length]} for i, label, text in DOCUMENTS]
    words = sorted({word for row in rows for word in row["text"]})
    classes = sorted({name for row in rows for name in row["label"]})
    return rows, {word: i + 2 for i, word in enumerate(words)}, classes


class TextDataset(Dataset):
    def __init__(self, data, word_dict, classes):
        self.data, self.word_dict, self.classes = data, word_dict, classes

    def __len__(self):
        return len(self.data)

    def __getitem__(self, i):
        row = self.data[i]
        return {
            "text": torch.LongTensor([self.word_dict.get(word, UNK) for word in row["text"]]),
            "label": torch.tensor([float(name in row["label"]) for name in self.classes]),
        }


def generate_batch(batch):
    texts = [row["text"] for row in batch]
    return {
        "text": torch.nn.utils.rnn.pad_sequence(texts, batch_first=True, padding_value=PAD),
        "label": torch.stack([row["label"] for row in batch]),
        "length": torch.tensor([len(text) for text in texts]),
    }
