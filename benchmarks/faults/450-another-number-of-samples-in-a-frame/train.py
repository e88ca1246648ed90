"""Train a network that makes sound from spectra by removing noise from it."""
import json
from pathlib import Path

import torch
from torch.utils.data import DataLoader

from data import AudioDataset, MelSpectrogram
from model import WaveGradNN

HERE = Path(__file__).parent


def compute_loss(nn, mels, audio, scale=0.7):
    eps = torch.randn_like(audio)
    y_noisy = scale * audio + (1 - scale ** 2) ** 0.5 * eps
    eps_recon = nn(mels, y_noisy)
    return torch.nn.functional.l1_loss(eps_recon, eps)


def run(config):
    torch.manual_seed(0)
    mel_fn = MelSpectrogram(config["data"]["hop_length"], config["data"]["n_mels"])
    loader = DataLoader(AudioDataset(config["training"]["segment_length"]), batch_size=config["training"]["batch_size"])
    nn = WaveGradNN(config["data"]["n_mels"], config["model"]["factors"])
    optimizer = torch.optim.Adam(nn.parameters(), lr=config["training"]["lr"])
    for audio in loader:
        loss = compute_loss(nn, mel_fn(audio), audio)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"{loss.item():.3f}")
    return nn, mel_fn, loader


if __name__ == "__main__":
    config = json.loads((HERE / "configs" / "hop32.json").read_text())
    run(config)
