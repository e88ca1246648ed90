"""Atoms of a ligand beside a protein: their places and kinds are drawn out of noise."""
import math

import torch
from torch import nn
from torch.nn import functional as F


class SinusoidalPosEmb(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        half = self.dim // 2
        freq = torch.exp(torch.arange(half) * -(math.log(10000) / max(1, half - 1)))
        angle = x[:, None] * freq
        return torch.cat([angle.sin(), angle.cos()], dim=-1)


class EquivariantLayer(nn.Module):
    def __init__(self, hidden_dim):
        super().__init__()
        self.edge_mlp = nn.Sequential(nn.Linear(2 * hidden_dim + 1, hidden_dim), nn.SiLU())
        self.x_mlp = nn.Linear(hidden_dim, 1, bias=False)
        self.node_mlp = nn.Sequential(nn.Linear(2 * hidden_dim, hidden_dim), nn.SiLU())

    def forward(self, h, x, batch, moves):
        src, dst = ((batch[:, None] == batch) & ~torch.eye(len(batch), dtype=torch.bool)).nonzero().t()
        way = x[dst] - x[src]
        m = self.edge_mlp(torch.cat([h[dst], h[src], way.pow(2).sum(-1, keepdim=True)], dim=-1))
        step = torch.zeros_like(x).index_add(0, dst, way / (1 + way.norm(dim=-1, keepdim=True)) * self.x_mlp(m))
        near = torch.zeros_like(h).index_add(0, dst, m)
        return h + self.node_mlp(torch.cat([h, near], dim=-1)), x + step * moves[:, None]


class ScorePosNet(nn.Module):
    def __init__(self, config, protein_dim, ligand_dim):
        super().__init__()
        self.num_timesteps, self.num_classes = config["num_timesteps"], ligand_dim
        self.time_emb_dim, self.time_emb_mode = config["time_emb_dim"], config["time_emb_mode"]
        beta = torch.linspace(1e-3, 0.2, self.num_timesteps)
        self.register_buffer("alphas_cumprod", torch.cumprod(1 - beta, dim=0))
        emb_dim = config["hidden_dim"] - 1
        self.protein_atom_emb = nn.Linear(protein_dim, emb_dim)
        if self.time_emb_dim > 0:
            if self.time_emb_mode == "simple":
                self.ligand_atom_emb = nn.Linear(ligand_dim + 1, emb_dim)
            else:
                self.time_emb = nn.Sequential(SinusoidalPosEmb(self.time_emb_dim), nn.Linear(self.time_emb_dim, self.time_emb_dim))
                self.ligand_atom_emb = nn.Linear(ligand_dim + self.time_emb_dim, emb_dim)
        else:
            self.ligand_atom_emb = nn.Linear(ligand_dim, emb_dim)
        self.refine_net = nn.ModuleList([EquivariantLayer(config["hidden_dim"]) for _ in range(config["num_layers"])])
        self.v_inference = nn.Linear(config["hidden_dim"], ligand_dim)

    def forward(self, protein_pos, protein_v, batch_protein, ligand_pos, ligand_v, batch_ligand, time_step):
        kinds = F.one_hot(ligand_v, self.num_classes).float()
        if self.time_emb_dim > 0:
            time = time_step[batch_ligand].float()
            time = (time / self.num_timesteps)[:, None] if self.time_emb_mode == "simple" else self.time_emb(time)
            kinds = torch.cat([kinds, time], dim=-1)
        h = torch.cat([self.protein_atom_emb(protein_v), self.ligand_atom_emb(kinds)])
        moves = torch.cat([torch.zeros(len(protein_v)), torch.ones(len(kinds))])
        h, x = torch.cat([h, moves[:, None]], dim=-1), torch.cat([protein_pos, ligand_pos])
        batch = torch.cat([batch_protein, batch_ligand])
        for layer in self.refine_net:
            h, x = layer(h, x, batch, moves)
        return x[len(protein_v):], self.v_inference(h[len(protein_v):])

    def get_diffusion_loss(self, protein_pos, protein_v, batch_protein, ligand_pos, ligand_v, batch_ligand):
        time_step = torch.randint(0, self.num_timesteps, (int(batch_protein.max()) + 1,))
        a = self.alphas_cumprod[time_step][batch_ligand].unsqueeze(-1)
        noisy = a.sqrt() * ligand_pos + (1 - a).sqrt() * torch.randn_like(ligand_pos)
        kept = torch.rand(len(ligand_v)) < a[:, 0]
        noisy_v = torch.where(kept, ligand_v, torch.randint(0, self.num_classes, ligand_v.shape))
        pos, v = self(protein_pos, protein_v, batch_protein, noisy, noisy_v, batch_ligand, time_step)
        return (pos - ligand_pos).pow(2).sum(-1).mean() + F.cross_entropy(v, ligand_v)
