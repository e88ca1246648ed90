"""What differs between the collections of spoken opinions."""

MODEL = dict(dim=8, layers=1, dropout=0.0, learning_rate=5e-3)

DATASETS = {
    # all three are aligned to the words
    "mosi": dict(seq_lens=(50, 50, 50), feature_dims=(12, 5, 10), num_heads=5, batch_size=8),
    "mosei": dict(seq_lens=(50, 50, 50), feature_dims=(12, 7, 10), num_heads=5, batch_size=8),
    # text, sound and picture have lengths of their own
    "sims": dict(seq_lens=(39, 80, 55), feature_dims=(12, 6, 14), num_heads=5, batch_size=8),
}


def get_config(name):
    return {**MODEL, **DATASETS[name]}
