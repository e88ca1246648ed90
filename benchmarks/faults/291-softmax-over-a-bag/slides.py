"""Is there a tumour on the slide? A bag of patch features, one label for the bag."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class GatedBag(nn.Module):
    def __init__(self, features=40, hidden=16):
        super(GatedBag, self).__init__()
        self.embed = nn.Sequential(nn.Linear(features, hidden), nn.ReLU())
        self.V = nn.Linear(hidden, hidden)
        self.U = nn.Linear(hidden, hidden)
        self.w = nn.Linear(hidden, 1)
        self.classifier = nn.Linear(hidden, 1)

    def forward(self, bag):
        h = self.embed(bag.squeeze(0))                                        # K x L
        a = self.w(torch.tanh(self.V(h)) * torch.sigmoid(self.U(h)))          # K x 1
        a = F.softmax(a, dim=0)
        m = torch.mm(a.t(), h)                                                # 1 x L
        return self.classifier(m).view(-1), a.view(-1)


def slide(positive, generator):
    patches = int(torch.randint(5, 30, (1,), generator=generator))
    bag = torch.randn(1, patches, 40, generator=generator)
    if positive:
        bag[0, :2, :5] += 3
    return bag


if __name__ == "__main__":
    torch.manual_seed(0)
    g = torch.Generator().manual_seed(1)
    model = GatedBag()
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for step in range(30):
        label = step % 2
        logit, weights = model(slide(label, g))
        loss = F.binary_cross_entropy_with_logits(logit, torch.tensor([float(label)]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print("weights of the last bag", [round(v, 2) for v in weights.tolist()])
