"""Continue a text, word by word; what was said before is kept and not computed again."""
import torch

from transformer import LanguageModel


@torch.no_grad()
def generate(model, prompt, count):
    """prompt (batch, length); the most likely words are added, with the kept keys and values."""
    model.eval()
    cache, tokens, new = model.empty_cache(), prompt, prompt
    for _ in range(count):
        logits = model(new, cache)
        new = logits[:, -1].argmax(dim=-1, keepdim=True)
        tokens = torch.cat([tokens, new], dim=1)
    return tokens


def train(model, steps=30, vocab=12):
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for _ in range(steps):
        start = torch.randint(0, vocab, (16, 1))
        text = (start + torch.arange(11).cumsum(0)) % vocab
        logits = model(text[:, :-1])
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), text[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"loss {loss.item():.3f}")


if __name__ == "__main__":
    torch.manual_seed(0)
    model = LanguageModel(12)
    train(model)
    for row in generate(model, torch.tensor([[0, 1, 3], [5, 6, 8]]), 5).tolist():
        print(row)
