"""Clone the behaviour of people who poured water by hand; demonstrations are of several lengths."""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence
from torch.utils.data import DataLoader, Dataset, random_split


class Demonstrations(Dataset):
    def __init__(self, count, joints=6, seed=0):
        g = torch.Generator().manual_seed(seed)
        self.items = []
        for _ in range(count):
            steps = int(torch.randint(20, 60, (), generator=g))
            target = torch.randn(joints, generator=g)
            t = torch.linspace(0, 1, steps)[:, None]
            pose = t * target + 0.02 * torch.randn(steps, joints, generator=g)
            self.items.append((torch.cat([pose, target.expand(steps, -1)], dim=1), (target - pose) * 0.1))

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i]


def pad_demonstrations(items):
    states, actions = zip(*items)
    lengths = torch.tensor([len(s) for s in states])
    return pad_sequence(states, batch_first=True), pad_sequence(actions, batch_first=True), lengths


class Policy(nn.Module):
    def __init__(self, state=12, action=6, hidden=48):
        super().__init__()
        self.rnn = nn.GRU(state, hidden, batch_first=True)
        self.out = nn.Linear(hidden, action)

    def forward(self, states, lengths):
        packed = pack_padded_sequence(states, lengths, batch_first=True, enforce_sorted=False)
        features, _ = pad_packed_sequence(self.rnn(packed)[0], batch_first=True, total_length=states.size(1))
        return self.out(features)


def masked_error(guess, actions, lengths):
    mask = torch.arange(actions.size(1)) < lengths[:, None]
    return (guess - actions).square().mean(dim=2)[mask]


def loaders(data, batch_size, held_out=0.25):
    n = int(len(data) * held_out)
    train, valid = random_split(data, [len(data) - n, n], generator=torch.Generator().manual_seed(0))
    return (
        DataLoader(train, batch_size=batch_size, shuffle=True, collate_fn=pad_demonstrations),
        DataLoader(valid, batch_size=batch_size),
    )


def validate(policy, loader):
    policy.eval()
    with torch.no_grad():
        errors = [masked_error(policy(states, lengths), actions, lengths) for states, actions, lengths in loader]
    return torch.cat(errors).mean().item()


def main(epochs=3):
    torch.manual_seed(0)
    train_loader, valid_loader = loaders(Demonstrations(64), batch_size=8)
    policy = Policy()
    optimizer = torch.optim.Adam(policy.parameters(), lr=3e-3)
    for epoch in range(epochs):
        policy.train()
        for states, actions, lengths in train_loader:
            loss = masked_error(policy(states, lengths), actions, lengths).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch}: train {loss.item():.4f}, held out {validate(policy, valid_loader):.4f}")
    return policy


if __name__ == "__main__":
    policy = main()
