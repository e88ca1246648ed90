import torch
import torch.nn as nn


class SumMixer(nn.Module):
    """Value decomposition by a plain sum over the agents (VDN).

    agent_q: (time, batch, agents), the value of the action each agent took
    """

    def __init__(self, num_agents):
        super().__init__()
        self.num_agents = num_agents

    def forward(self, agent_q):
        assert agent_q.size(-1) == self.num_agents
        return agent_q.sum(dim=-1).view(-1, 1, 1)


class AgentNet(nn.Module):
    """One recurrent network shared by all the agents."""

    def __init__(self, obs_dim, num_actions, hidden=24):
        super().__init__()
        self.encode = nn.Sequential(nn.Linear(obs_dim, hidden), nn.ReLU())
        self.gru = nn.GRU(hidden, hidden)
        self.q = nn.Linear(hidden, num_actions)

    def forward(self, obs):
        time, batch, agents, dim = obs.shape
        h = self.encode(obs).view(time, batch * agents, -1)
        h, _ = self.gru(h)
        return self.q(h).view(time, batch, agents, -1)
