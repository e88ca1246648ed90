"""Put graphs of different size into a batch."""
import torch


def pad_1d_unsqueeze(x, padlen):
    new_x = x.new_zeros(padlen)
    new_x[:len(x)] = x + 1  # 0 is padding
    return new_x[None]


def pad_attn_bias_unsqueeze(x, padlen):
    xlen = x.size(0)
    new_x = x.new_full((padlen, padlen), float("-inf"))
    new_x[:xlen, :xlen] = x
    new_x[xlen:, :xlen] = 0
    return new_x[None]


def pad_spatial_pos_unsqueeze(x, padlen):
    xlen = x.size(0)
    new_x = x.new_zeros(padlen, padlen)
    new_x[:xlen, :xlen] = x + 1
    return new_x[None]


def collator(items, spatial_pos_max=20):
    """A node does not see another that is ``spatial_pos_max`` or more edges away."""
    attn_biases = [item["attn_bias"].clone() for item in items]
    xs = [item["x"] for item in items]
    spatial_poses = [item["spatial_pos"] for item in items]
    for idx, _ in enumerate(attn_biases):
        attn_biases[idx][1:, 1:][spatial_poses[idx] >= spatial_pos_max] = float("-inf")
    max_node_num = max(x.size(0) for x in xs)
    return {
        "idx": torch.tensor([item["idx"] for item in items]),
        "x": torch.cat([pad_1d_unsqueeze(x, max_node_num) for x in xs]),
        "attn_bias": torch.cat([pad_attn_bias_unsqueeze(b, max_node_num) for b in attn_biases]),
        "spatial_pos": torch.cat([pad_spatial_pos_unsqueeze(s, max_node_num) for s in spatial_poses]),
    }
