"""Reviews as numbers of words, all of one length."""
import numpy as np


def imdb_for_library(count=96, maxlen=15, max_features=60, seed=5):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, count)
    x = rng.integers(2, max_features, (count, maxlen))
    for row, label in zip(x, y):
        places = rng.choice(maxlen, 4, replace=False)
        row[places] = rng.integers(2, 8, 4) + 8 * label
    return x.astype(np.int64), y.astype(np.int64)


def yield_mb(x, y, batchsize, shuffle=False):
    order = np.random.permutation(len(x)) if shuffle else np.arange(len(x))
    for i in range(len(x) // batchsize):
        rows = order[i * batchsize: (i + 1) * batchsize]
        yield x[rows], y[rows]
