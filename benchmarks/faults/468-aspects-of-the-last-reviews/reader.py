"""Sentences as vectors of their words."""
import numpy as np


def read_data_batches(sentences, batch_size, maxlen, wv_dim):
    rng = np.random.default_rng(3)
    batch = []
    for _ in range(sentences):
        batch.append(rng.standard_normal((int(rng.integers(2, maxlen + 1)), wv_dim)).astype(np.float32))
        if len(batch) >= batch_size:
            yield batch
            batch = []
    if batch:
        yield batch


def read_data_tensors(sentences, batch_size, maxlen, wv_dim):
    """Arrays (batch, maxlen, wv_dim), zeros behind the last word."""
    for batch in read_data_batches(sentences, batch_size, maxlen, wv_dim):
        tensor = np.zeros((len(batch), maxlen, wv_dim), dtype=np.float32)
        for row, sentence in zip(tensor, batch):
            row[:len(sentence)] = sentence
        yield tensor
