"""Learn pages whose symbols are written in two directions at once."""
import torch

from heptapod import AutoregressiveWrapper, NonLinearTransformer

NUM_TOKENS, SIDE, BATCH_SIZE = 20, 8, 4


def pages(count, side=SIDE, tokens=NUM_TOKENS):
    """Each symbol follows from its row, its column and where the page begins."""
    start = torch.randint(0, tokens, (count, 1, 1))
    rows, columns = torch.arange(side).view(1, -1, 1), torch.arange(side).view(1, 1, -1)
    return (start + 3 * rows + columns) % tokens


def main(steps=4):
    model = AutoregressiveWrapper(NonLinearTransformer(NUM_TOKENS, dim=16, max_side=SIDE))
    optim = torch.optim.Adam(model.parameters(), lr=2e-3)
    for _ in range(steps):
        loss = model(pages(BATCH_SIZE))
        optim.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        optim.step()
        print(f"training loss: {loss.item():.3f}")
    return model


if __name__ == "__main__":
    torch.manual_seed(0)
    main()
