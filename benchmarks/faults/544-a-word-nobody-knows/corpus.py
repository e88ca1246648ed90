"""Films, what people said of them, and numbers for the words."""
from collections import Counter

import torch

CAPTIONS = [
    "a man plays a guitar", "a man rides a horse", "a woman slices an onion", "a dog plays with a ball",
    "a woman plays a guitar", "a man slices bread", "a cat sleeps", "a dog runs with a man",
]


class Vocabulary:
    def __init__(self, init_word2idx, min_count):
        self.word2idx = dict(init_word2idx)
        counts = Counter(word for caption in CAPTIONS for word in caption.split())
        for word in sorted(counts):
            if counts[word] >= min_count:
                self.word2idx[word] = len(self.word2idx)

    def __len__(self):
        return len(self.word2idx)

    def encode(self, caption, length=8):
        known = self.word2idx
        words = [known.get(w, known.get("<UNK>")) for w in caption.split()]
        row = [known["<SOS>"], *[w for w in words if w is not None], known["<EOS>"]]
        return torch.tensor(row + [known["<PAD>"]] * (length - len(row)))


def load(vocab, feature_size):
    generator = torch.Generator().manual_seed(2)
    films = torch.randn(len(CAPTIONS), 5, feature_size, generator=generator)
    return films, torch.stack([vocab.encode(caption) for caption in CAPTIONS])
