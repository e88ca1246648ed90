import torch
import torch.nn as nn


def ppo_loss(logp, old_logp, adv, clip=0.2):
    ratio = (logp - old_logp).exp()
    return -torch.min(ratio * adv, ratio.clamp(1 - clip, 1 + clip) * adv).mean()


if __name__ == "__main__":
    torch.manual_seed(0)
    pi, v = nn.Linear(4, 2), nn.Linear(4, 1)
    obs, ret = torch.randn(32, 4), torch.randn(32, 1)
    dist = torch.distributions.Categorical(logits=pi(obs))
    act = dist.sample()
    logp = dist.log_prob(act)
    loss = ppo_loss(logp, logp.detach(), (ret - v(obs)).detach())
    loss.backward()
    print("ppo", tuple(logp.shape))
