"""Relation classification with entity markers around both arguments."""
import torch
import torch.nn as nn

from data import SENTENCES, RELATIONS, encode
from model import RelationEncoder
from tokenizer import WordTokenizer


def main():
    torch.manual_seed(11)
    tokenizer = WordTokenizer.from_sentences([s for s, _ in SENTENCES])
    tokenizer.add_special_tokens(["<e1>", "</e1>", "<e2>", "</e2>"])

    model = RelationEncoder(vocab_size=tokenizer.vocab_size, n_relations=len(RELATIONS))
    ids, e1, e2, labels = encode(SENTENCES, tokenizer)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for epoch in range(5):
        logits = model(ids, e1, e2)
        loss = nn.functional.cross_entropy(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print("loss", loss.item(), "accuracy", (logits.argmax(-1) == labels).float().mean().item())


if __name__ == "__main__":
    main()
