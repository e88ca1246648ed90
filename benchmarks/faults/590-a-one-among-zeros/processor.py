"""Texts become numbers, and so do their labels."""
import numpy as np
import torch
from torch.utils.data import DataLoader, TensorDataset

WORDS = "the a goal match team player vote law party minister film song actor band phone chip code cloud today new".split()
LABEL_LIST = ["sport", "politics", "culture", "tech"]


def read_texts(count, seed):
    rng, dicts = np.random.default_rng(seed), []
    for _ in range(count):
        label = int(rng.integers(0, 4))
        topic = WORDS[2 + 4 * label: 6 + 4 * label]
        words = [*rng.choice(topic, 3), *rng.choice(WORDS, rng.integers(2, 5))]
        rng.shuffle(words)
        dicts.append({"text": " ".join(words), "text_classification_label": LABEL_LIST[label]})
    return dicts


class TextClassificationProcessor:
    def __init__(self, label_list=LABEL_LIST, max_seq_len=8):
        self.label_list, self.max_seq_len = label_list, max_seq_len
        self.vocab = {word: i + 1 for i, word in enumerate(WORDS)}

    def sample_to_features(self, sample):
        ids = [self.vocab[word] for word in sample["text"].split()][: self.max_seq_len]
        ids += [0] * (self.max_seq_len - len(ids))
        label_ids = [0] * len(self.label_list)
        label_ids[self.label_list.index(sample["text_classification_label"])] = 1
        return ids, label_ids

    def data_loader(self, dicts, batch_size):
        features = [self.sample_to_features(d) for d in dicts]
        input_ids = torch.tensor([f[0] for f in features])
        label_ids = torch.tensor([f[1] for f in features])
        return DataLoader(TensorDataset(input_ids, label_ids), batch_size)
