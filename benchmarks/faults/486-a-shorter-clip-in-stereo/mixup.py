"""Tell sounds apart; for training two clips at a time are mixed."""
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class AudioDataset(Dataset):
    """Clips (channels, samples) of any length; each item is as long as ``target_length`` frames of a spectrogram."""

    def __init__(self, clips, labels, label_num, mixup=0.0, target_length=24, n_fft=64):
        self.clips, self.labels, self.label_num = clips, labels, label_num
        self.mixup, self.target_length, self.n_fft = mixup, target_length, n_fft

    def __len__(self):
        return len(self.clips)

    def _mix(self, waveform1, waveform2, mix_lambda):
        waveform1 = waveform1 - waveform1.mean()
        waveform2 = waveform2 - waveform2.mean()
        if waveform1.shape[1] != waveform2.shape[1]:
            if waveform1.shape[1] > waveform2.shape[1]:
                # padding
                temp_wav = torch.zeros(1, waveform1.shape[1])
                temp_wav[0, 0:waveform2.shape[1]] = waveform2
                waveform2 = temp_wav
            else:
                # cutting
                waveform2 = waveform2[:, 0:waveform1.shape[1]]
        return mix_lambda * waveform1 + (1 - mix_lambda) * waveform2

    def _wav2fbank(self, waveform):
        spec = torch.stft(waveform, self.n_fft, window=torch.hann_window(self.n_fft), return_complex=True).abs()
        fbank = spec.mean(0).log1p().t()
        missing = self.target_length - fbank.shape[0]
        return nn.functional.pad(fbank, (0, 0, 0, missing)) if missing > 0 else fbank[:self.target_length]

    def __getitem__(self, index):
        target = torch.zeros(self.label_num)
        if torch.rand(()).item() < self.mixup:
            other = torch.randint(len(self.clips), ()).item()
            mix_lambda = torch.distributions.Beta(10.0, 10.0).sample().item()
            fbank = self._wav2fbank(self._mix(self.clips[index], self.clips[other], mix_lambda))
            target[self.labels[index]] += mix_lambda
            target[self.labels[other]] += 1 - mix_lambda
        else:
            fbank = self._wav2fbank(self.clips[index])
            target[self.labels[index]] = 1.0
        return fbank, target


class Classifier(nn.Module):
    def __init__(self, bins, label_num):
        super().__init__()
        self.rnn = nn.GRU(bins, 16, batch_first=True)
        self.head = nn.Linear(16, label_num)

    def forward(self, fbank):
        return self.head(self.rnn(fbank)[0].mean(1))


if __name__ == "__main__":
    torch.manual_seed(0)
    clips = [torch.randn(2, n) for n in (400, 320, 480, 250, 400, 360)]
    dataset = AudioDataset(clips, [0, 1, 2, 0, 1, 2], 3, mixup=0.9)
    model = Classifier(33, 3)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for epoch in range(3):
        for fbank, target in DataLoader(dataset, batch_size=3, shuffle=True):
            loss = nn.functional.binary_cross_entropy_with_logits(model(fbank), target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch}: {loss.item():.3f}")
