"""Attention over the residues of two protein chains, within a chain and between the chains."""
import torch
from torch import nn


class MultiheadAttention(nn.Module):
    """Inputs are (length, batch, width). ``inter_chain_mask`` is 1 where two residues belong to different chains,
    of shape (length, length) or of shape (batch, length, length)."""

    def __init__(self, embed_dim=16, num_heads=4):
        super().__init__()
        self.num_heads, self.head_dim = num_heads, embed_dim // num_heads
        self.q_proj, self.k_proj = nn.Linear(embed_dim, embed_dim), nn.Linear(embed_dim, embed_dim)
        self.v_proj, self.out_proj = nn.Linear(embed_dim, embed_dim), nn.Linear(embed_dim, embed_dim)
        self.inter_attn_weight = nn.Parameter(torch.linspace(0.5, 1.5, num_heads))

    def forward(self, query, inter_chain_mask):
        tgt_len, bsz, embed_dim = query.size()
        q = self.q_proj(query) * self.head_dim ** -0.5
        k, v = self.k_proj(query), self.v_proj(query)
        q, k, v = (t.contiguous().view(tgt_len, bsz * self.num_heads, self.head_dim).transpose(0, 1)
                   for t in (q, k, v))

        scores = torch.bmm(q, k.transpose(1, 2))
        attn_intra, attn_inter = scores.clone(), scores.clone()
        inter = inter_chain_mask.repeat(scores.shape[0], 1, 1)
        attn_intra[inter.bool()] = 0
        attn_inter[(1 - inter).bool()] = 0
        attn_weights = attn_intra + self.inter_attn_weight[:, None, None] * attn_inter
        attn = torch.bmm(attn_weights.softmax(dim=-1), v)
        return self.out_proj(attn.transpose(0, 1).contiguous().view(tgt_len, bsz, embed_dim))


class ContactModel(nn.Module):
    def __init__(self, residues=21, embed_dim=16, num_heads=4):
        super().__init__()
        self.embed = nn.Embedding(residues, embed_dim)
        self.norm = nn.LayerNorm(embed_dim)
        self.attention = MultiheadAttention(embed_dim, num_heads)

    def forward(self, tokens, inter_chain_mask):
        x = self.embed(tokens).transpose(0, 1)
        x = (x + self.attention(self.norm(x), inter_chain_mask)).transpose(0, 1)
        return x @ x.transpose(1, 2)


def chain_mask(first_lengths, length):
    """Of each pair the length of its first chain."""
    second = torch.arange(length)[None] >= first_lengths[:, None]
    return (second[:, None, :] != second[:, :, None]).long()


if __name__ == "__main__":
    torch.manual_seed(0)
    model = ContactModel()
    single = chain_mask(torch.tensor([4]), 9)[0]
    print(model(torch.randint(0, 21, (1, 9)), single).shape)
    masks = chain_mask(torch.tensor([4, 6, 2]), 9)
    contacts = model(torch.randint(0, 21, (3, 9)), masks)
    contacts.mean().backward()
    print(contacts.shape)
