# -*- coding: utf-8 -*-
"""Note-by-note melody model; steps the cell by hand so that notes can be forced while sampling."""
import torch
import torch.nn as nn


class MelodyStepper(nn.Module):
    def __init__(self, n_notes=128, emb=24, hidden=48):
        super(MelodyStepper, self).__init__()
        self.hidden = hidden
        self.note = nn.Embedding(n_notes, emb)
        self.cell = nn.LSTMCell(emb, hidden)
        self.to_note = nn.Linear(hidden, n_notes)

    def initial(self, batch):
        weight = next(self.parameters())
        return weight.new_zeros(batch, self.hidden)

    def forward(self, notes):
        # notes: [batch, steps]
        batch, steps = notes.size()
        h = self.initial(batch)
        emb = self.note(notes)
        logits = []
        for t in range(steps):
            h = self.cell(emb[:, t], h)[0]
            logits.append(self.to_note(h))
        return torch.stack(logits, dim=1)

    @torch.no_grad()
    def sample(self, first, steps):
        h = self.initial(1)
        line = [first]
        for _ in range(steps):
            x = self.note(torch.tensor([line[-1]]))
            h = self.cell(x, h)[0]
            p = self.to_note(h).softmax(-1)
            line.append(int(torch.multinomial(p[0], 1)))
        return line
