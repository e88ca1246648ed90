import torch


def quantize_rows(weight):
    """int8 weight and one scale per output channel."""
    scale = weight.abs().amax(dim=1) / 127
    q = (weight / scale.unsqueeze(1)).round().clamp(-127, 127).to(torch.int8)
    return q, scale


def channel_to_tensor(q, scale):
    """The same weight with a single scale for the whole tensor."""
    weight = q.float() * scale
    single = weight.abs().amax() / 127
    return (weight / single).round().to(torch.int8), single
