"""Generate plausible wind fields (u, v) on a small periodic grid."""
import torch

from config import Config
from diffusion import GaussianDiffusion
from net import Denoiser


def wind_fields(n, size):
    """Random eddies: the curl of a few waves."""
    y, x = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    fields = torch.zeros(n, 2, size, size)
    for i in range(n):
        k, l = torch.randint(1, 4, (2,)).tolist()
        phase = 2 * torch.pi * (torch.rand(()) + (k * x + l * y) / size)
        fields[i, 0] = -l * torch.cos(phase)
        fields[i, 1] = k * torch.cos(phase)
    return fields / 2


def main(cfg):
    torch.manual_seed(cfg.seed)
    diffusion = GaussianDiffusion(cfg.timesteps)
    model = Denoiser(cfg.channels, cfg.width)
    opt = torch.optim.AdamW(model.parameters(), lr=cfg.lr)
    for it in range(cfg.iterations):
        loss = diffusion.loss(model, wind_fields(cfg.batch_size, cfg.size))
        opt.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        opt.step()
        if (it + 1) % 5 == 0:
            print(f"{it + 1:4d}  {loss.item():.4f}")
    samples = diffusion.sample(model, (4, cfg.channels, cfg.size, cfg.size))
    print("spread of the samples", samples.std().item())
    return diffusion, model


if __name__ == "__main__":
    diffusion, model = main(Config())
