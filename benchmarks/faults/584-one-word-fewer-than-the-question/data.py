"""Sentences, and questions about them, as numbers of words."""
import numpy as np
import torch
from torch.utils.data import Dataset

PAD, SOS, EOS = 0, 1, 2


class QuestionSet(Dataset):
    """A question asks for some words of its sentence, and ends with a mark (here word 3)."""

    def __init__(self, count=48, words=30, sentence_len=9, question_len=8, seed=4):
        rng = np.random.default_rng(seed)
        self.rows = []
        for _ in range(count):
            n = rng.integers(5, sentence_len + 1)
            sentence = rng.integers(5, words, n)
            m = rng.integers(2, question_len - 2)
            question = [SOS, 4, *sentence[: m - 1], 3, EOS]
            s, q = np.zeros(sentence_len, np.int64), np.zeros(question_len, np.int64)
            s[:n], q[: len(question)] = sentence, question
            self.rows.append((torch.from_numpy(s), n, torch.from_numpy(q)))

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, i):
        return self.rows[i]
