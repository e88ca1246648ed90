"""Tweets become rows of numbers, cut or filled to one length."""
from collections import Counter

import numpy as np

WORDS = "fire flood storm help now the a in my street city love party great day song".split()


class Preprocessing:
    def __init__(self, max_len, num_words, count=80, seed=7):
        self.max_len, self.num_words = max_len, num_words
        rng = np.random.default_rng(seed)
        self.tweets = [" ".join(rng.choice(WORDS, rng.integers(3, 9))) for _ in range(count)]
        self.targets = np.array([float(any(w in t.split() for w in WORDS[:3])) for t in self.tweets])

    def prepare_tokens(self):
        counts = Counter(w for tweet in self.tweets for w in tweet.split())
        self.index = {w: i + 1 for i, (w, _) in enumerate(counts.most_common(self.num_words - 1))}

    def sequence_to_token(self):
        rows = np.zeros((len(self.tweets), self.max_len), dtype=np.int64)
        for row, tweet in zip(rows, self.tweets):
            known = [self.index[w] for w in tweet.split() if w in self.index][: self.max_len]
            row[self.max_len - len(known):] = known
        return rows
