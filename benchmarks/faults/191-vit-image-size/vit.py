import torch
import torch.nn as nn

from vit_configs import CONFIGS   # noqa: F401  (used by callers too)


class Embeddings(nn.Module):
    """patch embedding, class token, learned positions"""

    def __init__(self, cfg):
        super(Embeddings, self).__init__()
        n_patches = (cfg.image_size // cfg.patch) ** 2
        self.patch_embeddings = nn.Conv2d(cfg.channels, cfg.hidden, kernel_size=cfg.patch, stride=cfg.patch)
        self.position_embeddings = nn.Parameter(torch.zeros(1, n_patches + 1, cfg.hidden))
        self.cls_token = nn.Parameter(torch.zeros(1, 1, cfg.hidden))

    def forward(self, x):
        b = x.shape[0]
        x = self.patch_embeddings(x).flatten(2).transpose(-1, -2)
        x = torch.cat((self.cls_token.expand(b, -1, -1), x), dim=1)
        return x + self.position_embeddings


class VisionTransformer(nn.Module):
    def __init__(self, cfg):
        super(VisionTransformer, self).__init__()
        self.embeddings = Embeddings(cfg)
        block = nn.TransformerEncoderLayer(cfg.hidden, cfg.heads, cfg.mlp, dropout=0.0, batch_first=True)
        self.encoder = nn.TransformerEncoder(block, cfg.depth)
        self.head = nn.Linear(cfg.hidden, cfg.num_classes)

    def forward(self, x):
        return self.head(self.encoder(self.embeddings(x))[:, 0])
