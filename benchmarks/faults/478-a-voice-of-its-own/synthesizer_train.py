"""Train the part that speaks a text in a given voice. The voices were made by the trained encoder and lie in embeds.npy."""
from pathlib import Path

import numpy as np
import torch
import yaml
from torch.utils.data import DataLoader, Dataset

from tacotron import Tacotron

HERE = Path(__file__).parent


class SynthesizerDataset(Dataset):
    """Sentences as numbers, mel spectrograms (mels, frames), and the voices of their speakers."""

    def __init__(self, hparams, count=6, chars=9, frames=14):
        g = torch.Generator().manual_seed(2)
        self.embeds = torch.from_numpy(np.load(HERE / "embeds.npy"))
        self.texts = torch.randint(1, hparams["num_chars"], (count, chars), generator=g)
        self.mels = torch.rand(count, hparams["num_mels"], frames, generator=g)

    def __len__(self):
        return len(self.texts)

    def __getitem__(self, index):
        return self.texts[index], self.mels[index], self.embeds[index]


def build(hparams):
    return Tacotron(num_chars=hparams["num_chars"], embed_dims=hparams["tts_embed_dims"],
                    encoder_dims=hparams["tts_encoder_dims"], decoder_dims=hparams["tts_decoder_dims"],
                    n_mels=hparams["num_mels"], speaker_embedding_size=hparams["speaker_embedding_size"])


def train(config, epochs=2):
    hparams = config["synthesizer"]
    torch.manual_seed(0)
    model = build(hparams)
    dataset = SynthesizerDataset(hparams)
    loader = DataLoader(dataset, batch_size=hparams["batch_size"], shuffle=True)
    optimizer = torch.optim.Adam(model.parameters(), lr=hparams["tts_lr"])
    for epoch in range(epochs):
        for texts, mels, embeds in loader:
            m1_hat, attention, stop_pred = model(texts, mels, embeds)
            stop = torch.zeros_like(stop_pred)
            stop[:, -1] = 1.0
            loss = (torch.nn.functional.l1_loss(m1_hat, mels)
                    + torch.nn.functional.binary_cross_entropy_with_logits(stop_pred, stop))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch}: {loss.item():.3f}")
    return model, dataset


if __name__ == "__main__":
    with open(HERE / "hparams.yaml", encoding="utf-8") as file:
        config = yaml.safe_load(file)
    model, dataset = train(config)
