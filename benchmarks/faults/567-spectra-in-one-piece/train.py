"""Train on mixtures of speech and noise."""
import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

from models.generator import TSCNet
from utils import power_compress, power_uncompress

CUT_LEN, N_FFT, HOP, BATCH_SIZE, EPOCHS = 400, 40, 10, 2, 2


def mixtures(count=6, seed=0):
    g = torch.Generator().manual_seed(seed)
    t = torch.arange(CUT_LEN) / CUT_LEN
    clean = torch.sin(t * (20 + 60 * torch.rand(count, 1, generator=g)) * 6.28)
    return TensorDataset(clean, clean + 0.3 * torch.randn(count, CUT_LEN, generator=g))


class Trainer:
    def __init__(self, train_ds):
        self.train_ds, self.n_fft, self.hop = train_ds, N_FFT, HOP
        self.window = torch.hamming_window(self.n_fft)
        self.model = TSCNet()
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=5e-3)

    def compressed(self, wave):
        """The flattened parts of the spectrum of waves (B, L), with time before frequency (B, 2, T, F)."""
        spec = torch.stft(wave, self.n_fft, self.hop, window=self.window, onesided=True, return_complex=True)
        return power_compress(spec).permute(0, 1, 3, 2)

    def forward_generator_step(self, clean, noisy):
        # Both are as loud as the noisy one asks for.
        c = torch.sqrt(noisy.size(-1) / torch.sum(noisy ** 2.0, dim=-1, keepdim=True))
        noisy, clean = noisy * c, clean * c
        noisy_spec, clean_spec = self.compressed(noisy), self.compressed(clean)
        est_real, est_imag = self.model(noisy_spec)
        est_spec = power_uncompress(est_real, est_imag).squeeze(1).transpose(1, 2)
        est_audio = torch.istft(est_spec, self.n_fft, self.hop, window=self.window, onesided=True, length=clean.size(-1))
        return est_real, est_imag, clean_spec[:, :1], clean_spec[:, 1:], est_audio, clean

    def loss(self, clean, noisy):
        est_real, est_imag, clean_real, clean_imag, est_audio, clean = self.forward_generator_step(clean, noisy)
        est_mag = torch.sqrt(est_real ** 2 + est_imag ** 2 + 1e-12)
        clean_mag = torch.sqrt(clean_real ** 2 + clean_imag ** 2 + 1e-12)
        loss_ri = F.mse_loss(est_real, clean_real) + F.mse_loss(est_imag, clean_imag)
        return 0.1 * loss_ri + 0.9 * F.mse_loss(est_mag, clean_mag) + 0.2 * (est_audio - clean).abs().mean()

    def train(self):
        for epoch in range(EPOCHS):
            total = 0.0
            for clean, noisy in self.train_ds:
                loss = self.loss(clean, noisy)
                self.optimizer.zero_grad()
                loss.backward()
                self.optimizer.step()
                total += loss.item()
            print(f"epoch {epoch}: {total / len(self.train_ds):.4f}")


if __name__ == "__main__":
    torch.manual_seed(0)
    trainer = Trainer(DataLoader(mixtures(), BATCH_SIZE))
    trainer.train()
