"""Attention is all you need: words get a vector of their position."""
import torch
from torch import nn


class Encoder(nn.Module):
    def __init__(self, input_dim, hid_dim, n_layers, n_heads, pf_dim, max_length=32):
        super().__init__()
        self.tok_embedding = nn.Embedding(input_dim, hid_dim)
        self.pos_embedding = nn.Embedding(max_length, hid_dim)
        self.layers = nn.ModuleList([
            nn.TransformerEncoderLayer(hid_dim, n_heads, pf_dim, dropout=0.0, batch_first=True) for _ in range(n_layers)
        ])
        self.scale = hid_dim**0.5

    def forward(self, src, src_pad):
        batch_size, src_len = src.shape
        pos = torch.arange(0, src_len).unsqueeze(0).repeat(batch_size, 1)
        src = self.tok_embedding(src) * self.scale + self.pos_embedding(pos)
        for layer in self.layers:
            src = layer(src, src_key_padding_mask=src_pad)
        return src


class Decoder(nn.Module):
    def __init__(self, output_dim, hid_dim, n_layers, n_heads, pf_dim, max_length=32):
        super().__init__()
        self.tok_embedding = nn.Embedding(output_dim, hid_dim)
        self.pos_embedding = nn.Embedding(max_length, hid_dim)
        self.layers = nn.ModuleList([
            nn.TransformerDecoderLayer(hid_dim, n_heads, pf_dim, dropout=0.0, batch_first=True) for _ in range(n_layers)
        ])
        self.fc_out, self.scale = nn.Linear(hid_dim, output_dim), hid_dim**0.5

    def forward(self, trg, enc_src, src_pad):
        batch_size, trg_len = trg.shape
        pos = torch.arange(0, trg_len).unsqueeze(0).repeat(batch_size, 1)
        later = torch.ones(trg_len, trg_len, dtype=torch.bool).triu(1)
        trg = self.tok_embedding(trg) * self.scale + self.pos_embedding(pos)
        for layer in self.layers:
            trg = layer(trg, enc_src, tgt_mask=later, memory_key_padding_mask=src_pad)
        return self.fc_out(trg)


class Seq2Seq(nn.Module):
    def __init__(self, encoder, decoder, pad_idx):
        super().__init__()
        self.encoder, self.decoder, self.pad_idx = encoder, decoder, pad_idx

    def forward(self, src, trg):
        src_pad = src == self.pad_idx
        return self.decoder(trg, self.encoder(src, src_pad), src_pad)
