import torch
import torch.nn.functional as F


def cosine_betas(timesteps, s=0.008):
    x = torch.linspace(0, timesteps, timesteps + 1)
    f = torch.cos((x / timesteps + s) / (1 + s) * torch.pi / 2) ** 2
    return (1 - f[1:] / f[:-1]).clamp(max=0.999)


class GaussianDiffusion:
    def __init__(self, timesteps):
        self.timesteps = timesteps
        self.betas = cosine_betas(timesteps)
        self.alphas = 1.0 - self.betas
        self.alphas_cumprod = torch.cumprod(self.alphas, dim=0)
        self.sqrt_alphas_cumprod = self.alphas_cumprod.sqrt()
        self.sqrt_one_minus_alphas_cumprod = (1.0 - self.alphas_cumprod).sqrt()

    def q_sample(self, x0, t, noise):
        """Fields x0 after t steps of noise; every field of the batch has a t of its own."""
        return (
            self.sqrt_alphas_cumprod[t] * x0
            + self.sqrt_one_minus_alphas_cumprod[t] * noise
        )

    def loss(self, model, x0):
        t = torch.randint(0, self.timesteps, (x0.size(0),))
        noise = torch.randn_like(x0)
        return F.mse_loss(model(self.q_sample(x0, t, noise), t), noise)

    @torch.no_grad()
    def sample(self, model, shape):
        x = torch.randn(shape)
        for step in reversed(range(self.timesteps)):
            t = torch.full((shape[0],), step)
            eps = model(x, t)
            x = x - self.betas[step] / self.sqrt_one_minus_alphas_cumprod[step] * eps
            x = x / self.alphas[step].sqrt()
            if step > 0:
                x = x + self.betas[step].sqrt() * torch.randn_like(x)
        return x
