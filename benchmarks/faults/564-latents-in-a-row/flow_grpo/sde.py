"""A step of a flow, made random, and how likely the step was."""
import math

import torch


def sde_step_with_logprob(sigma, sigma_prev, model_output, sample, prev_sample=None, generator=None):
    """``sigma`` and ``sigma_prev`` have a value for every sample. Return the next sample, the log probability of every
    sample, the mean of the step, and its deviation (B, 1, 1)."""
    sigma = sigma.view(-1, *([1] * (sample.dim() - 1)))
    dt = sigma_prev.view_as(sigma) - sigma
    std_dev_t = torch.sqrt(sigma / (1 - sigma.clamp(max=0.95))) * 0.7
    prev_sample_mean = sample * (1 + std_dev_t ** 2 / (2 * sigma) * dt)
    prev_sample_mean = prev_sample_mean + model_output * (1 + std_dev_t ** 2 * (1 - sigma) / (2 * sigma)) * dt
    scale = std_dev_t * torch.sqrt(-dt)
    if prev_sample is None:
        noise = torch.randn(sample.shape, generator=generator)
        prev_sample = prev_sample_mean + scale * noise
    log_prob = -((prev_sample.detach() - prev_sample_mean) ** 2) / (2 * scale ** 2) - scale.log()
    log_prob = (log_prob - 0.5 * math.log(2 * math.pi)).mean(dim=tuple(range(1, log_prob.ndim)))
    return prev_sample, log_prob, prev_sample_mean, std_dev_t
