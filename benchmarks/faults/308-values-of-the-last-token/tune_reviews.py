"""A little policy that writes reviews, tuned with PPO on a reward at the last word."""
import torch
from torch import nn
import torch.nn.functional as F


class PolicyWithValue(nn.Module):
    def __init__(self, vocab=30, dim=24):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim)
        self.rnn = nn.GRU(dim, dim, batch_first=True)
        self.words = nn.Linear(dim, vocab)
        self.value = nn.Linear(dim, 1)

    def forward(self, tokens):
        h, _ = self.rnn(self.embed(tokens))
        return self.words(h), self.value(h).squeeze(-1)


def score_tokens(model, tokens):
    """Log-probability of every word after the first, and the value of the state it was chosen in."""
    logits, values = model(tokens)
    logprobs = F.log_softmax(logits[:, :-1], dim=-1)
    logprobs = logprobs.gather(-1, tokens[:, 1:].unsqueeze(-1)).squeeze(-1)
    return logprobs, values


def estimate(rewards, values, gamma=1.0, lam=0.95):
    last, reversed_advantages = 0.0, []
    steps = rewards.shape[1]
    for t in reversed(range(steps)):
        following = values[:, t + 1] if t < steps - 1 else 0.0
        delta = rewards[:, t] + gamma * following - values[:, t]
        last = delta + gamma * lam * last
        reversed_advantages.append(last)
    advantages = torch.stack(reversed_advantages[::-1], dim=1)
    returns = advantages + values
    return advantages, returns


def ppo_loss(model, tokens, scores, beta=0.05):
    with torch.no_grad():
        old_logprobs, old_values = score_tokens(model, tokens)
        rewards = -beta * old_logprobs
        rewards[:, -1] += scores
        advantages, returns = estimate(rewards, old_values)
        advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
    logprobs, values = score_tokens(model, tokens)
    ratio = (logprobs - old_logprobs).exp()
    policy = -torch.min(ratio * advantages, ratio.clamp(0.8, 1.2) * advantages).mean()
    return policy + 0.5 * (values - returns).pow(2).mean()


if __name__ == "__main__":
    torch.manual_seed(0)
    model = PolicyWithValue()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    tokens = torch.randint(30, (8, 12))
    for _ in range(4):
        loss = ppo_loss(model, tokens, (tokens == 3).float().sum(dim=1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(loss.item())
