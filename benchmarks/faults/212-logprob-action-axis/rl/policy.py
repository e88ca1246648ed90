from typing import Callable, Dict

import torch
import torch.nn.functional as F


class A2CPolicy:
    """Advantage actor critic. ``dist_fn`` builds the action distribution from the actor's output."""

    def __init__(self, actor, critic, lr=1e-3, discount=0.99, vf_coef=0.5, ent_coef=0.01,
                 dist_fn: Callable = torch.distributions.Normal):
        self.actor, self.critic = actor, critic
        self.dist_fn = dist_fn
        self._gamma, self._w_vf, self._w_ent = discount, vf_coef, ent_coef
        self.optim = torch.optim.Adam([*actor.parameters(), *critic.parameters()], lr=lr)

    @torch.no_grad()
    def act(self, obs):
        return self.dist_fn(*self.actor(obs)).sample()

    def learn(self, obs, act, rew, obs_next) -> Dict[str, float]:
        with torch.no_grad():
            r = rew + self._gamma * self.critic(obs_next)
        dist = self.dist_fn(*self.actor(obs))
        v = self.critic(obs)
        a_loss = -(dist.log_prob(act) * (r - v).detach()).mean()
        vf_loss = F.mse_loss(v, r)
        ent_loss = dist.entropy().mean()
        loss = a_loss + self._w_vf * vf_loss - self._w_ent * ent_loss
        self.optim.zero_grad()
        loss.backward()
        self.optim.step()
        return {"loss": loss.item(), "actor": a_loss.item(), "vf": vf_loss.item(), "ent": ent_loss.item()}
