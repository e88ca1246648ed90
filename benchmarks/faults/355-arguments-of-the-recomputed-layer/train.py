"""Train a small decoder; activations of the layers are recomputed in the backward pass."""
import torch
import torch.nn.functional as F

from decoder import Decoder


def step(model, optimizer, tokens, head_mask=None):
    logits = model(tokens[:, :-1], head_mask=head_mask)
    loss = F.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


if __name__ == "__main__":
    torch.manual_seed(0)
    model = Decoder(recompute=True).train()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    print(step(model, optimizer, torch.randint(0, 30, (2, 8))))
    pruned = torch.ones(2, 4)
    pruned[0, 1] = 0
    print(step(model, optimizer, torch.randint(0, 30, (2, 8)), pruned))
