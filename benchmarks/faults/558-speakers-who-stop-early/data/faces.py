"""What somebody says, and a face of who says it."""
import numpy as np
import torch
from torch.utils.data import Dataset

SECONDS = {"anna": 4.0, "ben": 2.5, "carla": 6.0, "dan": 4.0, "eva": 3.2, "finn": 5.1, "gina": 4.0, "hugo": 1.7}


class Youtubers(Dataset):
    """A sample: ``wav`` (audio_seconds * rate) in -1..1, ``face`` (3, S, S), and its identity."""

    def __init__(self, audio_seconds=4, rate=200, image_size=8):
        self.names = sorted(SECONDS)
        self.rate, self.image_size = rate, image_size
        self.audio_length = audio_seconds * rate

    def __len__(self):
        return len(self.names)

    def read_wav(self, index):
        """The samples of a recording as 16 bits have them."""
        rng = np.random.default_rng(index)
        count = int(SECONDS[self.names[index]] * self.rate)
        wave = 9000 * np.sin(np.arange(count) * (0.05 + 0.02 * index)) + rng.normal(0, 300, count)
        return wave.astype(np.int16)

    def read_face(self, index):
        rng = np.random.default_rng(100 + index)
        return torch.from_numpy(rng.random((3, self.image_size, self.image_size), dtype=np.float32)) * 2 - 1

    def __getitem__(self, index):
        wav = torch.from_numpy(self.read_wav(index) / 32768.0).float()
        wav = wav[: self.audio_length]
        return {"wav": wav, "face": self.read_face(index), "identity": index}
