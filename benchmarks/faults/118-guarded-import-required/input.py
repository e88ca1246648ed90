import torch
import torch.nn as nn

try:
    import torchaudio
except ImportError:
    torchaudio = None

BACKEND = "torchaudio"


class SpeechNet(nn.Module):
    def __init__(self, n_mels=64, classes=20):
        super().__init__()
        if BACKEND == "torchaudio":
            if torchaudio is None:
                raise ImportError("SpeechNet with BACKEND='torchaudio' needs torchaudio: pip install torchaudio")
            self.front = torchaudio.transforms.MelSpectrogram(16000, n_mels=n_mels)
        else:
            self.front = nn.Sequential(nn.Unflatten(1, (1, -1)), nn.Conv1d(1, n_mels, 400, 160), nn.Softplus())
        self.rnn = nn.GRU(n_mels, 48, batch_first=True)
        self.fc = nn.Linear(48, classes)

    def forward(self, wav):
        mel = (self.front(wav) + 1e-6).log()
        out, _ = self.rnn(mel.transpose(1, 2))
        return self.fc(out[:, -1])
