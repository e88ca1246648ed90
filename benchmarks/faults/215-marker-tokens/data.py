import torch

RELATIONS = ["Cause-Effect", "Component-Whole", "Other"]
SENTENCES = [
    ("the <e1> storm </e1> brought down the <e2> roof </e2>", 0),
    ("the <e1> lid </e1> of the <e2> kettle </e2> is loose", 1),
    ("a <e1> fever </e1> followed from the <e2> bite </e2>", 0),
    ("the <e1> nurse </e1> waited by the <e2> gate </e2>", 2),
]


def span_mask(row, start, end, length):
    m = torch.zeros(length)
    m[row.index(start) + 1 : row.index(end)] = 1
    return m


def encode(sentences, tokenizer):
    rows = [tokenizer.encode(s) for s, _ in sentences]
    longest = max(map(len, rows))
    ids = torch.zeros(len(rows), longest, dtype=torch.long)
    masks = []
    mark = tokenizer.added
    for i, r in enumerate(rows):
        ids[i, : len(r)] = torch.tensor(r)
        masks.append((span_mask(r, mark["<e1>"], mark["</e1>"], longest), span_mask(r, mark["<e2>"], mark["</e2>"], longest)))
    e1, e2 = (torch.stack(m) for m in zip(*masks))
    return ids, e1, e2, torch.tensor([y for _, y in sentences])
