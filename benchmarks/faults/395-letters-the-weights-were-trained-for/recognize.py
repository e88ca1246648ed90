"""Read pictures with the weights that train.py stored."""
import tempfile
from pathlib import Path

import torch

import train
from ocr.recognition import crnn
from ocr.vocabs import VOCABS


def load(path):
    rec_model = crnn()
    rec_model.load_state_dict(torch.load(path))
    return rec_model.eval()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder) / "crnn_english.pt"
        trained = train.main(weights)
        model = load(weights)
    images = torch.stack([train.picture(w, VOCABS["english"]) for w in ("cat", "Dog", "a1")])
    print(model.read(images))
