"""All pairs of a piece of the drug and a piece of the protein make a picture, which is read by a convolution."""
import torch
from torch import nn
import torch.nn.functional as F


class Embeddings(nn.Module):
    def __init__(self, vocab_size, hidden_size, max_position_size):
        super().__init__()
        self.word_embeddings = nn.Embedding(vocab_size, hidden_size)
        self.position_embeddings = nn.Embedding(max_position_size, hidden_size)
        self.norm = nn.LayerNorm(hidden_size)

    def forward(self, input_ids):
        positions = torch.arange(input_ids.size(1), device=input_ids.device)
        return self.norm(self.word_embeddings(input_ids) + self.position_embeddings(positions))


class BIN_Interaction_Flat(nn.Module):
    def __init__(self, batch_size, input_dim_drug, input_dim_target, max_drug_seq, max_protein_seq, emb_size, flat_dim):
        super().__init__()
        self.batch_size = batch_size
        self.max_d, self.max_p = max_drug_seq, max_protein_seq
        self.demb = Embeddings(input_dim_drug, emb_size, max_drug_seq)
        self.pemb = Embeddings(input_dim_target, emb_size, max_protein_seq)
        self.icnn = nn.Conv2d(1, 3, 3, padding=0)
        self.decoder = nn.Sequential(nn.Linear(flat_dim, 16), nn.ReLU(), nn.Linear(16, 1))

    def forward(self, d, p):
        d, p = self.demb(d), self.pemb(p)
        d_aug = d.unsqueeze(2).repeat(1, 1, self.max_p, 1)
        p_aug = p.unsqueeze(1).repeat(1, self.max_d, 1, 1)
        i = d_aug * p_aug
        i_v = i.view(self.batch_size, -1, self.max_d, self.max_p)
        i_v = torch.sum(i_v, dim=1).unsqueeze(1)
        f = self.icnn(F.dropout(i_v, p=0.1, training=self.training))
        return self.decoder(f.view(self.batch_size, -1))
