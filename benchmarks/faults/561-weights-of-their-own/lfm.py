"""A liquid foundation model: linear layers whose weights follow what is read, mixed over tokens and channels."""
import torch
from torch import nn
from torch.nn import functional as F


class AdaptiveLinear(nn.Module):
    """A linear layer; ``adapt_input`` (batch, adapt_dim) says what to add to its weight."""

    def __init__(self, in_features, out_features, adapt_dim):
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        self.weight = nn.Parameter(torch.randn(out_features, in_features) * in_features ** -0.5)
        self.bias = nn.Parameter(torch.zeros(out_features))
        self.adapt = nn.Linear(adapt_dim, out_features * in_features)

    def forward(self, x, adapt_input):
        adapt_weight = self.adapt(adapt_input).view(self.out_features, self.in_features)
        weight = self.weight + adapt_weight
        return F.linear(x, weight, self.bias)


class TokenMixing(nn.Module):
    def __init__(self, seq_length, adapt_dim):
        super().__init__()
        self.token_mixing = AdaptiveLinear(seq_length, seq_length, adapt_dim)

    def forward(self, x, adapt_input):
        return self.token_mixing(x.transpose(1, 2), adapt_input).transpose(1, 2)


class ChannelMixing(nn.Module):
    def __init__(self, token_dim, adapt_dim):
        super().__init__()
        self.channel_mixing = AdaptiveLinear(token_dim, token_dim, adapt_dim)

    def forward(self, x, adapt_input):
        return self.channel_mixing(x, adapt_input)


class MixtureOfExperts(nn.Module):
    def __init__(self, token_dim, num_experts, adapt_dim):
        super().__init__()
        self.experts = nn.ModuleList(AdaptiveLinear(token_dim, token_dim, adapt_dim) for _ in range(num_experts))
        self.gating = nn.Linear(adapt_dim, num_experts)

    def forward(self, x, adapt_input):
        gates = torch.softmax(self.gating(adapt_input), dim=-1)
        out = torch.stack([expert(x, adapt_input) for expert in self.experts], dim=-1)
        return (out * gates[:, None, None]).sum(dim=-1)


class LFModel(nn.Module):
    def __init__(self, token_dim=8, seq_length=6, adapt_dim=4, num_experts=2, depth=2):
        super().__init__()
        self.featurizer = nn.Linear(token_dim, adapt_dim)
        self.norms = nn.ModuleList(nn.LayerNorm(token_dim) for _ in range(depth))
        self.token_mixers = nn.ModuleList(TokenMixing(seq_length, adapt_dim) for _ in range(depth))
        self.channel_mixers = nn.ModuleList(ChannelMixing(token_dim, adapt_dim) for _ in range(depth))
        self.moe = MixtureOfExperts(token_dim, num_experts, adapt_dim)
        self.output_layer = nn.Linear(token_dim, token_dim)

    def forward(self, x):
        adapt_input = self.featurizer(x.mean(dim=1))
        for norm, tokens, channels in zip(self.norms, self.token_mixers, self.channel_mixers):
            h = norm(x)
            x = x + F.gelu(channels(F.gelu(tokens(h, adapt_input)), adapt_input))
        return self.output_layer(self.moe(x, adapt_input))
