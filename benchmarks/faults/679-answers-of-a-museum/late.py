"""Find the note of a museum that answers a question: every word of a question looks for its best word in a note."""
import torch
import torch.nn.functional as F
from torch import nn


class WordEncoder(nn.Module):
    def __init__(self, words=150, width=32, out=16):
        super().__init__()
        self.embed = nn.Embedding(words, width, padding_idx=0)
        self.layer = nn.TransformerEncoderLayer(width, 4, 64, dropout=0.0, batch_first=True)
        self.project = nn.Linear(width, out, bias=False)

    def forward(self, ids):
        """Vectors of length one for the words of each text, and which of them are words."""
        mask = ids != 0
        h = self.layer(self.embed(ids), src_key_padding_mask=~mask)
        return F.normalize(self.project(h)), mask


def max_sim(q, q_mask, d, d_mask):
    """Scores of all questions with all notes: (questions, notes)."""
    similarity = torch.einsum("qid,njd->qnij", q, d)
    similarity = similarity.masked_fill(~d_mask[None, :, None, :], -1e4)
    best = similarity.amax(dim=3)
    return (best * q_mask[:, None, :]).sum(dim=2)


def museum(count, generator):
    """Notes of twelve words; a question has four of them, among others, and is filled up."""
    notes = torch.randint(1, 150, (count, 12), generator=generator)
    questions = torch.zeros(count, 8, dtype=torch.long)
    for i in range(count):
        questions[i, :4] = notes[i, torch.randperm(12, generator=generator)[:4]]
        questions[i, 4:5 + i % 3] = torch.randint(1, 150, (1 + i % 3,), generator=generator)
    return questions, notes


def train(model, questions, notes, epochs=5, temperature=0.2):
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    for epoch in range(epochs):
        total = 0.0
        for index in torch.randperm(len(notes)).split(16):
            scores = max_sim(*model(questions[index]), *model(notes[index]))
            loss = F.cross_entropy(scores / temperature, torch.arange(len(index)))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(index)
        print(f"epoch {epoch}: {total / len(notes):.3f}")


if __name__ == "__main__":
    torch.manual_seed(0)
    questions, notes = museum(96, torch.Generator().manual_seed(1))
    model = WordEncoder()
    train(model, questions, notes)
    with torch.no_grad():
        found = max_sim(*model(questions), *model(notes)).argmax(dim=1)
    print(f"{(found == torch.arange(len(notes))).float().mean():.2f} of the questions answered")
