"""One training step of a flow that speaks."""
import torch

from glow import Glow


def loss_of(model, text, text_lengths, mel, mel_lengths):
    z, logdet, scores, y_mask = model(text, text_lengths, mel, mel_lengths)
    best = scores.logsumexp(dim=1) * y_mask.squeeze(1)
    return -(best.sum() + logdet.sum()) / (mel_lengths.sum() * mel.shape[1])


if __name__ == "__main__":
    torch.manual_seed(0)
    model = Glow()
    text = torch.randint(1, 30, (3, 14))
    mel = torch.randn(3, 8, 30)
    loss = loss_of(model, text, torch.tensor([14, 9, 12]), mel, torch.tensor([25, 30, 18]))
    loss.backward()
    print(loss.item())
