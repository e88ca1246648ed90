import torch
import torch.nn as nn
from torch.distributions import Categorical


def estimate_advantages(rewards, masks, values, gamma, tau):
    """generalised advantage estimation; rewards, masks and values are (steps, 1)"""
    deltas = torch.zeros_like(rewards)
    advantages = torch.zeros_like(rewards)
    prev_value, prev_advantage = 0.0, 0.0
    for i in reversed(range(rewards.size(0))):
        deltas[i] = rewards[i] + gamma * prev_value * masks[i] - values[i]
        advantages[i] = deltas[i] + gamma * tau * prev_advantage * masks[i]
        prev_value, prev_advantage = values[i, 0], advantages[i, 0]
    returns = values + advantages
    advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
    return advantages, returns


def policy_surrogate(policy, states, actions, advantages, old_log_probs, clip_epsilon=0.2):
    log_probs = Categorical(logits=policy(states)).log_prob(actions)
    ratio = torch.exp(log_probs - old_log_probs)
    surr1 = ratio * advantages
    surr2 = torch.clamp(ratio, 1.0 - clip_epsilon, 1.0 + clip_epsilon) * advantages
    return -torch.min(surr1, surr2).mean()


def ppo_step(policy, value, opt_p, opt_v, states, actions, returns, advantages, old_log_probs):
    value_loss = (value(states) - returns).pow(2).mean()
    opt_v.zero_grad()
    value_loss.backward()
    opt_v.step()

    policy_loss = policy_surrogate(policy, states, actions, advantages, old_log_probs)
    opt_p.zero_grad()
    policy_loss.backward()
    opt_p.step()
    return value_loss.item(), policy_loss.item()


def main():
    torch.manual_seed(0)
    policy = nn.Sequential(nn.Linear(4, 32), nn.Tanh(), nn.Linear(32, 3))
    value = nn.Sequential(nn.Linear(4, 32), nn.Tanh(), nn.Linear(32, 1))
    opt_p = torch.optim.Adam(policy.parameters(), lr=3e-3)
    opt_v = torch.optim.Adam(value.parameters(), lr=3e-3)
    for it in range(5):
        states = torch.randn(128, 4)
        with torch.no_grad():
            dist = Categorical(logits=policy(states))
            actions = dist.sample()
            old = dist.log_prob(actions)
            rewards = (actions == states[:, :3].argmax(1)).float().unsqueeze(1)
            adv, ret = estimate_advantages(rewards, torch.ones(128, 1), value(states), 0.0, 0.95)
        for _ in range(4):
            losses = ppo_step(policy, value, opt_p, opt_v, states, actions, ret, adv, old)
        print("iter", it, "reward", rewards.mean().item(), "losses", losses)


if __name__ == "__main__":
    main()
