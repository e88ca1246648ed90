"""Decode a batch whose frames were padded up to a multiple of 16."""
import torch
from torch.nn.utils.rnn import pad_sequence

from encoder import SpeechEncoder

MELS = 20
MULTIPLE = 16


def collate(utterances):
    frames = [len(u) for u in utterances]
    feats = pad_sequence(utterances, batch_first=True)
    extra = -feats.size(1) % MULTIPLE
    feats = torch.nn.functional.pad(feats, (0, 0, 0, extra))
    return feats, torch.tensor([n / feats.size(1) for n in frames])


def greedy(log_probs, rel_len):
    frames = torch.round(rel_len * log_probs.size(1)).long()
    best = log_probs.argmax(dim=-1)
    return [torch.unique_consecutive(b[:n]).tolist() for b, n in zip(best, frames)]


def main():
    torch.manual_seed(0)
    utterances = [torch.randn(n, MELS) for n in (37, 25, 41)]
    model = SpeechEncoder(mels=MELS, dim=32, heads=4, depth=2, units=11).eval()
    feats, rel_len = collate(utterances)
    with torch.no_grad():
        log_probs = model(feats, rel_len)
    for hypothesis in greedy(log_probs, rel_len):
        print(hypothesis)
    return log_probs


if __name__ == "__main__":
    log_probs = main()
