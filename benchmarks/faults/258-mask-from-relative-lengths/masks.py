import torch


def length_to_mask(length, max_len=None):
    """(batch,) -> (batch, max_len), True where there is speech"""
    if max_len is None:
        max_len = int(length.max())
    steps = torch.arange(max_len, device=length.device)
    return steps.unsqueeze(0) < length.unsqueeze(1)
