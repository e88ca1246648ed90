"""One step of finetuning an editing model: the reference picture rides along as extra tokens."""
import torch
import torch.nn.functional as F

from transformer import EditTransformer


def pack(latents):
    b, c, h, w = latents.shape
    latents = latents.view(b, c, h // 2, 2, w // 2, 2).permute(0, 2, 4, 1, 3, 5)
    return latents.reshape(b, (h // 2) * (w // 2), c * 4)


def predict(model, noisy, reference, timestep, strength=1.0):
    latents = torch.cat([noisy, reference], dim=0)
    packed = pack(latents)
    picture, control = packed.chunk(2, dim=0)
    tokens = torch.cat([picture, control], dim=1)
    guidance = torch.full((latents.shape[0],), strength)
    out = model(tokens, timestep, guidance)
    return out[:, :picture.shape[1]]


def step(model, clean, reference):
    noise = torch.randn_like(clean)
    t = torch.rand(clean.shape[0])
    noisy = (1 - t)[:, None, None, None] * clean + t[:, None, None, None] * noise
    flow = predict(model, noisy, reference, t)
    return F.mse_loss(flow, pack(noise - clean))


if __name__ == "__main__":
    torch.manual_seed(0)
    model = EditTransformer()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for _ in range(3):
        loss = step(model, torch.randn(3, 4, 8, 8), torch.randn(3, 4, 8, 8))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(round(loss.item(), 4))
