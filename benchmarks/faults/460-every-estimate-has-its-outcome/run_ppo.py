"""Improve a policy by what it did: gather steps, tell what they were worth, and learn from them."""
import torch

from policy import ActorCritic
from losses import ppo_actor_loss, ppo_critic_loss


def rollout(policy, steps, obs_dim=4):
    """Each entry is (steps, ...); what is one number for a step is (steps, 1)."""
    obs = torch.randn(steps, obs_dim)
    with torch.no_grad():
        actions, logprobs, values = policy.predict(obs)
    rewards = (actions - obs[:, :1]).abs().neg()
    returns = torch.zeros_like(rewards)
    running = torch.zeros(1)
    for t in reversed(range(steps)):
        running = rewards[t] + 0.9 * running
        returns[t] = running
    return {"obs": obs, "actions": actions, "prev_logprobs": logprobs, "prev_values": values, "returns": returns,
            "advantages": returns - values}


def update(policy, optimizer, batch, value_coef=0.5):
    out = policy.evaluate(batch["obs"], batch["actions"])
    actor = ppo_actor_loss(out["logprobs"], batch["prev_logprobs"], batch["advantages"])
    critic = ppo_critic_loss(out["values"], batch["returns"], batch["prev_values"])
    loss = actor + value_coef * critic
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return {"actor": actor.item(), "critic": critic.item()}


if __name__ == "__main__":
    torch.manual_seed(0)
    policy = ActorCritic()
    optimizer = torch.optim.Adam(policy.parameters(), lr=1e-3)
    for _ in range(3):
        batch = rollout(policy, 12)
        for _ in range(2):
            metrics = update(policy, optimizer, batch)
        print({k: round(v, 3) for k, v in metrics.items()})
