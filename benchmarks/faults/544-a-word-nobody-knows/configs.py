"""Settings of the two stages: first a film is described, then seen again from its description."""


class TrainStage1Config:
    epochs, lr, min_count = 2, 1e-2, 2
    embedding_size, hidden_size, feature_size = 6, 10, 8
    init_word2idx = {"<PAD>": 0, "<SOS>": 1, "<EOS>": 2, "<UNK>": 3}
    reconstruct = False


class TrainStage2Config:
    epochs, lr, min_count = 2, 1e-3, 2
    embedding_size, hidden_size, feature_size = 6, 10, 8
    init_word2idx = {"<PAD>": 0, "<SOS>": 1, "<EOS>": 2}
    reconstruct = True
    recon_weight = 0.2
