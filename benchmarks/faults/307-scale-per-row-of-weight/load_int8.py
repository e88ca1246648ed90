"""Read int8 weights with a scale per channel and bring the joined projection to one scale."""
import torch
from torch import nn

from quant import channel_to_tensor, quantize_rows


class LatentAttention(nn.Module):
    def __init__(self, latent=24, heads=4, key=8, value=8):
        super().__init__()
        self.heads, self.key, self.value = heads, key, value
        width = heads * (key + value)
        self.register_buffer("kv_weight", torch.zeros(width, latent, dtype=torch.int8))
        self.register_buffer("kv_scale", torch.zeros(width))

    def after_loading(self):
        q, single = channel_to_tensor(self.kv_weight, self.kv_scale)
        q = q.view(self.heads, self.key + self.value, -1)
        self.w_key, self.w_value = q.split([self.key, self.value], dim=1)
        self.scale = single

    def forward(self, latent):
        k = torch.einsum("btl,hdl->bhtd", latent, self.w_key.float()) * self.scale
        v = torch.einsum("btl,hdl->bhtd", latent, self.w_value.float()) * self.scale
        return k, v


def load(model, full):
    q, scale = quantize_rows(full)
    model.load_state_dict({"kv_weight": q, "kv_scale": scale})
    model.after_loading()
    return model


if __name__ == "__main__":
    torch.manual_seed(0)
    full = torch.randn(64, 24) * torch.linspace(0.5, 1.5, 64)[:, None]
    layer = load(LatentAttention(), full)
    k, v = layer(torch.randn(2, 5, 24))
    print(k.shape, v.shape, layer.scale.item())
