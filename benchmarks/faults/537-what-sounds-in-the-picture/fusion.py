"""Where in a picture is what one hears: features of the picture are weighed by those of the sound."""
import torch
from torch import nn


class CrossModalMixer(nn.Module):
    """The channels of a map, weighed by a query of the sound."""

    def __init__(self, dim, heads=2):
        super().__init__()
        self.cross_attn = nn.MultiheadAttention(dim, heads, batch_first=True)
        self.norm = nn.LayerNorm(dim)

    def forward(self, feature_map, audio_feature):
        """A map (batch, dim, height, width) and a sound (batch, 1, dim)."""
        flatten_map = feature_map.flatten(2).transpose(1, 2)
        x, _ = self.cross_attn(audio_feature, flatten_map, flatten_map)
        x = self.norm(x + audio_feature)
        fusion_map = torch.einsum("bchw,bc->bchw", feature_map, x.squeeze())
        return fusion_map


class MaskHead(nn.Module):
    def __init__(self, dim, queries, kinds=1):
        super().__init__()
        self.queries = nn.Embedding(queries, dim)
        self.mixer = nn.MultiheadAttention(dim, 2, batch_first=True)
        self.fc = nn.Linear(queries, kinds)

    def forward(self, fusion_map, audio_feature):
        query = self.queries.weight.expand(len(audio_feature), -1, -1) + audio_feature
        tokens = fusion_map.flatten(2).transpose(1, 2)
        query = query + self.mixer(query, tokens, tokens)[0]
        masks = torch.einsum("bqc,bchw->bqhw", query, fusion_map)
        return self.fc(masks.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class AVSegHead(nn.Module):
    def __init__(self, in_channels=6, audio_dim=10, embed_dim=8, num_queries=5):
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Conv2d(3, in_channels, 3, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(in_channels, embed_dim, 3, stride=2, padding=1), nn.ReLU(),
        )
        self.audio_proj = nn.Linear(audio_dim, embed_dim)
        self.fusion_block = CrossModalMixer(embed_dim)
        self.head = MaskHead(embed_dim, num_queries)

    def forward(self, image, audio):
        """Pictures (batch, 3, height, width), sounds (batch, 1, audio_dim); masks of a quarter of the size."""
        mask_feature = self.backbone(image)
        audio_feat = self.audio_proj(audio)
        fusion_map = self.fusion_block(mask_feature, audio_feat)
        return self.head(fusion_map, audio_feat)
