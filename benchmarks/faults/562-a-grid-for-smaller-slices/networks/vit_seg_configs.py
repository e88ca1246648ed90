"""What a hybrid of a residual network and a transformer consists of."""
from types import SimpleNamespace


def get_r50_b16_config():
    return SimpleNamespace(
        patches=SimpleNamespace(size=(16, 16), grid=(2, 2)),
        hidden_size=16,
        num_heads=2,
        num_layers=1,
        width=4,
        decoder_channels=(16, 8, 8, 4),
        n_classes=3,
    )
