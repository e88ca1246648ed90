"""Beam search with a cache of keys and values."""
import torch

from glm import TinyGLM


def expand_to_beams(model, prompt, beams):
    """Reads the prompt once and repeats its cache for every beam; a sentence's beams stand side by side."""
    logits, cache = model(prompt)
    cache = [tuple(t.repeat_interleave(beams, dim=1) for t in layer) for layer in cache]
    return logits[:, -1].log_softmax(dim=-1).repeat_interleave(beams, dim=0), cache


def reorder(cache, beam_idx):
    return [tuple(t.index_select(0, beam_idx) for t in layer) for layer in cache]


@torch.no_grad()
def beam_search(model, prompt, beams=3, steps=4):
    """Gives the best continuation of every prompt, (batch, steps), and its log-probability."""
    batch = prompt.shape[0]
    scores = torch.full((batch, beams), float("-inf"))
    scores[:, 0] = 0.0
    tokens = prompt.new_zeros(batch * beams, 0)
    log_probs, cache = expand_to_beams(model, prompt, beams)
    first_row = torch.arange(batch)[:, None] * beams
    for step in range(steps):
        vocabulary = log_probs.shape[-1]
        total = scores[..., None] + log_probs.view(batch, beams, vocabulary)
        scores, best = total.flatten(1).topk(beams, dim=1)
        beam_idx = (first_row + best // vocabulary).flatten()
        new = (best % vocabulary).flatten()
        tokens = torch.cat([tokens[beam_idx], new[:, None]], dim=1)
        if step == steps - 1:
            break
        cache = reorder(cache, beam_idx)
        logits, cache = model(new[:, None], cache, length=prompt.shape[1] + step + 1)
        log_probs = logits[:, -1].log_softmax(dim=-1)
    return tokens.view(batch, beams, -1)[:, 0], scores[:, 0]


if __name__ == "__main__":
    torch.manual_seed(0)
    model = TinyGLM().eval()
    print(beam_search(model, torch.randint(0, 20, (1, 5))))
