"""Pairwise ranking with several sampled things per seen one."""
import torch
from torch import nn
import torch.nn.functional as F


class Sampler:
    """Draws things a user has not seen.  All first draws come before all second draws: (count * len(users),)."""

    def __init__(self, things, seen):
        self.things = things
        self.unseen = {u: torch.tensor([t for t in range(things) if t not in s]) for u, s in seen.items()}

    def draw(self, users, count):
        draws = []
        for user in users.tolist():
            pool = self.unseen[user]
            draws.append(pool[torch.randint(0, len(pool), (count,))])
        return torch.stack(draws).t().reshape(-1)


class PairLoader:
    def __init__(self, pairs, sampler, batch_size=8, count=3):
        self.pairs, self.sampler, self.batch_size, self.count = pairs, sampler, batch_size, count

    def __iter__(self):
        for part in self.pairs[torch.randperm(len(self.pairs))].split(self.batch_size):
            users, things = part.unbind(dim=1)
            negatives = self.sampler.draw(users, self.count)
            yield {"user": users.repeat(self.count), "item": things.repeat(self.count), "neg_item": negatives}


class BPR(nn.Module):
    def __init__(self, users, things, dim=8):
        super().__init__()
        self.user, self.item = nn.Embedding(users, dim), nn.Embedding(things, dim)

    def score(self, users, things):
        return (self.user(users) * self.item(things)).sum(dim=1)

    def loss(self, batch):
        better = self.score(batch["user"], batch["item"])
        worse = self.score(batch["user"], batch["neg_item"])
        return -F.logsigmoid(better - worse).mean()


def make_data(users=6, things=20, each=4):
    seen = {u: set(torch.randperm(things)[:each].tolist()) for u in range(users)}
    return torch.tensor([(u, t) for u, s in seen.items() for t in sorted(s)]), seen


if __name__ == "__main__":
    torch.manual_seed(0)
    pairs, seen = make_data()
    model = BPR(6, 20)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for batch in PairLoader(pairs, Sampler(20, seen)):
        loss = model.loss(batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(len(batch["user"]), loss.item())
