import copy

import torch
import torch.nn.functional as F

from mixer import AgentNet, SumMixer
from replay import sample_episodes

GAMMA = 0.97


class Learner:
    def __init__(self, obs_dim=10, num_actions=5, agents=3):
        self.net = AgentNet(obs_dim, num_actions)
        self.target_net = copy.deepcopy(self.net)
        self.mixer = SumMixer(agents)
        self.optim = torch.optim.RMSprop(self.net.parameters(), lr=5e-4)

    def td_error(self, batch):
        q = self.net(batch["obs"][:-1])
        taken = q.gather(-1, batch["actions"]).squeeze(-1)
        with torch.no_grad():
            following = self.target_net(batch["obs"])[1:].max(dim=-1).values
            target = batch["rewards"] + GAMMA * (1 - batch["done"]) * self.mixer(following)
        return self.mixer(taken) - target

    def update(self, batch):
        error = self.td_error(batch)
        loss = F.smooth_l1_loss(error, torch.zeros_like(error))
        self.optim.zero_grad()
        loss.backward()
        self.optim.step()
        return loss.item()


if __name__ == "__main__":
    torch.manual_seed(0)
    learner = Learner()
    for i in range(4):
        print(i, learner.update(sample_episodes(seed=i)))
