import torch
from torch import nn


def exists(v):
    return v is not None


class TabTransformer(nn.Module):
    """
    categories      : number of distinct values of each categorical column
    num_continuous  : number of real valued columns
    With use_shared_categ_embed a part of every column's vector is common to all values of that column.
    """

    def __init__(
        self,
        *,
        categories,
        num_continuous,
        dim = 32,
        depth = 2,
        heads = 4,
        dim_out = 1,
        use_shared_categ_embed = True,
        shared_categ_dim_divisor = 8.,
    ):
        super().__init__()
        self.num_categories = len(categories)

        shared_dim = 0 if not use_shared_categ_embed else int(dim // shared_categ_dim_divisor)
        self.category_embed = nn.Embedding(sum(categories), dim)
        self.shared_embed = None
        if use_shared_categ_embed:
            self.shared_embed = nn.Parameter(torch.randn(self.num_categories, shared_dim) * 0.02)

        offsets = torch.tensor([0, *categories[:-1]]).cumsum(dim = 0)
        self.register_buffer('offsets', offsets)

        layer = nn.TransformerEncoderLayer(dim, heads, dim * 4, dropout = 0., batch_first = True, norm_first = True)
        self.transformer = nn.TransformerEncoder(layer, depth, enable_nested_tensor = False)
        self.norm = nn.LayerNorm(num_continuous)
        width = dim * self.num_categories + num_continuous
        self.mlp = nn.Sequential(nn.Linear(width, width * 2), nn.ReLU(), nn.Linear(width * 2, dim_out))

    def forward(self, x_categ, x_cont):
        assert x_categ.shape[-1] == self.num_categories
        embeds = self.category_embed(x_categ + self.offsets)
        if exists(self.shared_embed):
            shared = self.shared_embed.expand(embeds.shape[0], -1, -1)
            embeds = torch.cat((embeds, shared), dim = -1)
        x = self.transformer(embeds).flatten(1)
        x = torch.cat((x, self.norm(x_cont)), dim = -1)
        return self.mlp(x)
