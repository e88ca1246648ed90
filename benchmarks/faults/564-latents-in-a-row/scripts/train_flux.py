"""Group relative policy optimisation of a flow of latents in a row."""
import pathlib
import sys

import torch

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from flow_grpo.sde import sde_step_with_logprob  # noqa: E402
from flow_grpo.transformer import Transformer  # noqa: E402

GROUP, STEPS, HEIGHT, WIDTH, CHANNELS = 6, 4, 4, 4, 2
BETA, CLIP_RANGE, EPOCHS = 0.5, 0.2, 2


def pack(latents):
    """(B, C, H, W) become a row of squares of two by two (B, H W / 4, 4 C)."""
    b, c, h, w = latents.shape
    return latents.view(b, c, h // 2, 2, w // 2, 2).permute(0, 2, 4, 1, 3, 5).reshape(b, h * w // 4, c * 4)


def reward(samples):
    return -(samples - 0.5).pow(2).mean(dim=(1, 2))


def kl_divergence(prev_sample_mean, prev_sample_mean_ref, std_dev_t):
    kl_loss = ((prev_sample_mean - prev_sample_mean_ref) ** 2).mean(dim=(1, 2, 3), keepdim=True) / (2 * std_dev_t ** 2)
    return kl_loss.mean()


def sample_trajectory(model, generator):
    x = pack(torch.randn(GROUP, CHANNELS, HEIGHT, WIDTH, generator=generator))
    shift = torch.rand(GROUP, generator=generator) * 0.1
    sigmas = torch.linspace(0.9, 0.1, STEPS + 1)[:, None] - shift * torch.linspace(1, 0, STEPS + 1)[:, None]
    kept = []
    with torch.no_grad():
        for s, s_prev in zip(sigmas[:-1], sigmas[1:]):
            nxt, log_prob, _, _ = sde_step_with_logprob(s, s_prev, model(x, s), x, generator=generator)
            kept.append((s, s_prev, x, nxt, log_prob))
            x = nxt
    return kept, reward(x)


def train(model, generator):
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-2)
    for epoch in range(EPOCHS):
        kept, rewards = sample_trajectory(model, generator)
        advantages = (rewards - rewards.mean()) / (rewards.std() + 1e-4)
        policy_total = kl_total = 0.0
        for s, s_prev, x, nxt, old_log_prob in kept:
            _, log_prob, mean, std_dev_t = sde_step_with_logprob(s, s_prev, model(x, s), x, nxt)
            with torch.no_grad(), model.disable_adapter():
                _, _, mean_ref, _ = sde_step_with_logprob(s, s_prev, model(x, s), x, nxt)
            ratio = torch.exp(log_prob - old_log_prob)
            policy_loss = -torch.min(ratio * advantages, ratio.clamp(1 - CLIP_RANGE, 1 + CLIP_RANGE) * advantages).mean()
            kl_loss = kl_divergence(mean, mean_ref, std_dev_t)
            loss = policy_loss + BETA * kl_loss
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            policy_total, kl_total = policy_total + policy_loss.item(), kl_total + kl_loss.item()
        print(f"epoch {epoch}: reward {rewards.mean():.4f}, policy {policy_total:.4f}, kl {kl_total:.6f}")


if __name__ == "__main__":
    torch.manual_seed(0)
    model = Transformer(CHANNELS * 4)
    train(model, torch.Generator().manual_seed(1))
