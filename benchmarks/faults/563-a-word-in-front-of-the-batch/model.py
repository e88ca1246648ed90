"""Sentences into sentences: a pretrained reader that is not trained any more, and a writer that is."""
import random

import torch
from torch import nn


class PretrainedReader(nn.Module):
    """Stands for a large network: a vector for every word (B, T, D), and one for the sentence (B, D)."""

    def __init__(self, vocab, dim):
        super().__init__()
        self.words = nn.Embedding(vocab, dim)
        self.layer = nn.TransformerEncoderLayer(dim, 2, dim * 2, 0.0, batch_first=True)
        self.pooler = nn.Linear(dim, dim)
        for p in self.parameters():
            p.requires_grad_(False)

    def forward(self, ids, mask):
        h = self.layer(self.words(ids), src_key_padding_mask=~mask)
        return h, torch.tanh(self.pooler(h[:, 0]))


class Encoder(nn.Module):
    def __init__(self, reader, dim, hid_dim, n_layers):
        super().__init__()
        self.reader = reader
        self.rnn = nn.GRU(dim, hid_dim, n_layers, batch_first=True)

    def forward(self, src, src_mask):
        with torch.no_grad():
            embedded, _ = self.reader(src, src_mask)
        packed = nn.utils.rnn.pack_padded_sequence(embedded, src_mask.sum(1), batch_first=True, enforce_sorted=False)
        _, hidden = self.rnn(packed)
        return hidden


class Decoder(nn.Module):
    def __init__(self, output_dim, emb_dim, hid_dim, n_layers, dropout=0.0):
        super().__init__()
        self.output_dim = output_dim
        self.embedding = nn.Embedding(output_dim, emb_dim)
        self.rnn = nn.GRU(emb_dim, hid_dim, n_layers, batch_first=True)
        self.fc_out = nn.Linear(hid_dim, output_dim)
        self.dropout = nn.Dropout(dropout)

    def forward(self, input, hidden):
        """Read one word of every sentence (B), and say what follows (B, words)."""
        input = input.unsqueeze(0)
        embedded = self.dropout(self.embedding(input))
        output, hidden = self.rnn(embedded, hidden)
        prediction = self.fc_out(output.squeeze(0))
        return prediction, hidden


class Seq2Seq(nn.Module):
    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def forward(self, src, src_mask, trg, teacher_forcing_ratio=0.5):
        """Scores (B, length of trg, words); those of the first place stay nothing."""
        batch_size, trg_len = trg.shape
        outputs = torch.zeros(batch_size, trg_len, self.decoder.output_dim)
        hidden = self.encoder(src, src_mask)
        input = trg[:, 0]
        for t in range(1, trg_len):
            output, hidden = self.decoder(input, hidden)
            outputs[:, t] = output
            teacher_force = random.random() < teacher_forcing_ratio
            input = trg[:, t] if teacher_force else output.argmax(1)
        return outputs
