"""Collect texts, given as numbers, into batches with hidden words, and learn to guess these."""
import numpy as np
import torch
from torch import nn


class Tokenizer:
    pad_token_id, mask_token_id, vocab_size = 0, 1, 40


def _collate(examples, tokenizer, pad_to_multiple_of=None):
    """Examples of different length are padded at their end."""
    if isinstance(examples[0], (list, tuple, np.ndarray)):
        examples = [torch.tensor(e, dtype=torch.long) for e in examples]
    length_of_first = examples[0].size(0)
    are_tensors_same_length = all(x.size(0) == length_of_first for x in examples)
    if are_tensors_same_length and (pad_to_multiple_of is None or length_of_first % pad_to_multiple_of == 0):
        return torch.stack(examples, dim=0)
    max_length = max(x.size(0) for x in examples)
    if pad_to_multiple_of is not None and max_length % pad_to_multiple_of != 0:
        max_length = ((max_length // pad_to_multiple_of) + 1) * pad_to_multiple_of
    result = examples[0].new_full([len(examples), max_length], tokenizer.pad_token_id)
    for i, example in enumerate(examples):
        result[i, :example.shape[0]] = example
    return result


class DataCollator:
    def __init__(self, tokenizer, mlm_probability=0.3, pad_to_multiple_of=None):
        self.tokenizer, self.mlm_probability = tokenizer, mlm_probability
        self.pad_to_multiple_of = pad_to_multiple_of

    def __call__(self, examples):
        inputs = _collate(examples, self.tokenizer, self.pad_to_multiple_of)
        labels = inputs.clone()
        hidden = (torch.rand(inputs.shape) < self.mlm_probability) & (inputs != self.tokenizer.pad_token_id)
        labels[~hidden] = -100
        inputs = inputs.masked_fill(hidden, self.tokenizer.mask_token_id)
        return {"input_ids": inputs, "labels": labels}


class Guesser(nn.Module):
    def __init__(self, vocab_size, width=12):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, width)
        self.conv = nn.Conv1d(width, width, 3, padding=1)
        self.head = nn.Linear(width, vocab_size)

    def forward(self, input_ids):
        x = self.embed(input_ids)
        return self.head(torch.relu(self.conv(x.transpose(1, 2))).transpose(1, 2))


def train(batches, collator, model):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for examples in batches:
        batch = collator(examples)
        logits = model(batch["input_ids"])
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), batch["labels"].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(tuple(batch["input_ids"].shape), f"{loss.item():.3f}")


if __name__ == "__main__":
    torch.manual_seed(0)
    draw = lambda *size: torch.randint(2, Tokenizer.vocab_size, size)  # noqa: E731
    batches = [[draw(9), draw(6), draw(7)], [draw(8).tolist(), draw(8).tolist()], draw(4, 16)]
    train(batches, DataCollator(Tokenizer()), Guesser(Tokenizer.vocab_size))
