"""Samples that are cut to a bound and not padded to it, in programs of several fields."""

from __future__ import annotations

from collections.abc import Callable

from autofix.records.report import Report

Check = Callable[[str, str, tuple[str, str]], None]

WAVES = """import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Waves(Dataset):
    def __init__(self, longest=8):
        self.longest = longest

    def __len__(self):
        return 4

    def crop(self, wave):
        wave = wave[: self.longest]
        return wave * 0.5

    def __getitem__(self, i):
        return self.crop(torch.rand(5 + 2 * i)), i


net = nn.Linear(8, 2)
for wave, kind in DataLoader(Waves(), 4):
    print(net(wave).shape, kind)
"""
WORDS = """import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

TEXTS = ["a b c", "a b c d e f", "a", "c d e f a b a a"]


class Texts(Dataset):
    def __init__(self, texts, max_len):
        self.texts, self.max_len = texts, max_len
        self.vocabulary = {word: i + 1 for i, word in enumerate("abcdef")}

    def __len__(self):
        return len(self.texts)

    def __getitem__(self, i):
        tokens = [self.vocabulary[word] for word in self.texts[i].split()]
        tokens = tokens[: self.max_len]
        return {"tokens": torch.tensor(tokens), "kind": torch.tensor(i % 2)}


net, head = nn.Embedding(7, 3), nn.Linear(5 * 3, 2)
for batch in DataLoader(Texts(TEXTS, 5), batch_size=2):
    print(nn.functional.cross_entropy(head(net(batch["tokens"]).flatten(1)), batch["kind"]))
"""


def test_waves(check_change: Check) -> None:
    old = "        wave = wave[: self.longest]\n"
    new = "        wave = torch.nn.functional.pad(wave, (0, self.longest - len(wave)))\n"
    check_change("", WAVES, (old, old + new))


def test_lists_of_words(check_change: Check) -> None:
    old = "        tokens = tokens[: self.max_len]\n"
    check_change("", WORDS, (old, old + "        tokens = tokens + [0] * (self.max_len - len(tokens))\n"))


def test_a_length_that_is_read_behind_the_cut(repaired: Callable[..., Report]) -> None:
    program = WORDS.replace('"kind": torch.tensor(i % 2)', '"kind": torch.tensor(i % 2), "length": len(tokens)')
    report = repaired(program)
    plans = [plan for plan in (report.plan, *report.alternatives) if plan is not None]
    assert not any("[0] *" in text for plan in plans for _, text in plan.texts)
