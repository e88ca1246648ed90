"""The losses of proximal policy optimisation."""
import torch


def ppo_actor_loss(logprobs, prev_logprobs, advantages, clip=0.2):
    ratio = (logprobs - prev_logprobs).exp()
    return -torch.min(ratio * advantages, ratio.clamp(1 - clip, 1 + clip) * advantages).mean()


def ppo_critic_loss(values, returns, prev_values, value_clip=0.2, huber_delta=10.0):
    values_clipped = prev_values + (values - prev_values).clamp(-value_clip, value_clip)
    loss = huber(returns - values, huber_delta)
    loss_clipped = huber(returns - values_clipped, huber_delta)
    return torch.max(loss, loss_clipped).mean()


def huber(error, delta):
    small = error.abs() < delta
    return torch.where(small, 0.5 * error ** 2, delta * (error.abs() - 0.5 * delta))
