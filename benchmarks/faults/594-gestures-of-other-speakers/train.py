"""Learn gestures from people who talk."""
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from gesticulator.model import GesticulatorModel

EPOCHS, BATCH_SIZE, FRAMES = 3, 8, 20


class SpeechGestureDataset(Dataset):
    def __init__(self, count=32, seed=0):
        g = torch.Generator().manual_seed(seed)
        self.audio = torch.randn(count, FRAMES, 10, generator=g)
        loud = self.audio.pow(2).mean(dim=2, keepdim=True)
        self.motion = torch.tanh(torch.cat([loud, loud.roll(2, 1), self.audio[..., :4]], dim=2))

    def __len__(self):
        return len(self.audio)

    def __getitem__(self, i):
        return self.audio[i], self.motion[i]


def target_of(model, motion):
    return motion[:, model.past_context: motion.size(1) - model.future_context]


def run(model, loader, optimizer=None):
    total = 0.0
    for audio, motion in loader:
        with torch.set_grad_enabled(optimizer is not None):
            prediction = model(audio, motion, teacher=0.5 if optimizer else 0.0)
            loss = nn.functional.mse_loss(prediction, target_of(model, motion))
        if optimizer:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        total += loss.item()
    return total / len(loader)


if __name__ == "__main__":
    torch.manual_seed(0)
    model = GesticulatorModel()
    loader, val_loader = DataLoader(SpeechGestureDataset(), BATCH_SIZE), DataLoader(SpeechGestureDataset(16, 1), BATCH_SIZE)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for epoch in range(EPOCHS):
        train = run(model, loader, optimizer)
        print(f"epoch {epoch + 1}: train {train:.4f}, val {run(model, val_loader):.4f}")
