"""Questions and answers, put together for a loss over pairs."""
import random

import torch


def collection(questions, vocab_size, answers=7, seed=1):
    """Of each question its words, the words of its answers, and which of them is right."""
    g = torch.Generator().manual_seed(seed)
    return [{"left": torch.rand(vocab_size, generator=g), "right": torch.rand(answers, vocab_size, generator=g),
             "label": int(torch.randint(0, answers, (1,), generator=g))} for _ in range(questions)]


class Dataset:
    """Rows of a question and one answer. A right answer is followed by ``num_neg`` wrong ones to the same question."""

    def __init__(self, pack, num_neg=1, shuffle=True, seed=2):
        self.pack, self.num_neg, self.shuffle = pack, num_neg, shuffle
        self.random = random.Random(seed)
        self.resample()

    def resample(self):
        order = list(range(len(self.pack)))
        if self.shuffle:
            self.random.shuffle(order)
        self.rows = []
        for q in order:
            right = self.pack[q]["label"]
            wrong = [a for a in range(len(self.pack[q]["right"])) if a != right]
            self.rows.append((q, right, 1))
            self.rows.extend((q, a, 0) for a in self.random.sample(wrong, self.num_neg))

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, indices):
        rows = [self.rows[i] for i in indices]
        inputs = {"id": torch.tensor([q for q, _, _ in rows]),
                  "text_left": torch.stack([self.pack[q]["left"] for q, _, _ in rows]),
                  "text_right": torch.stack([self.pack[q]["right"][a] for q, a, _ in rows])}
        return inputs, torch.tensor([[float(label)] for _, _, label in rows])


class DataLoader:
    """Batches of a data set, which is sampled anew for each epoch."""

    def __init__(self, dataset, batch_size=32, resample=True):
        self.dataset, self.batch_size, self.resample = dataset, batch_size, resample

    def _batches(self):
        size = self.batch_size
        return [range(i, min(i + size, len(self.dataset))) for i in range(0, len(self.dataset), size)]

    def __len__(self):
        return len(self._batches())

    def __iter__(self):
        if self.resample:
            self.dataset.resample()
        for indices in self._batches():
            yield self.dataset[indices]
