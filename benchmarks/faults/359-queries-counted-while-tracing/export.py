"""Trace a small detector, store it and use the stored one for batches of any size."""
import io

import torch

from detector import TinyDetr


def export(model, size=16, batch=2):
    """The stored program takes (any number, 3, size, size)."""
    model.eval()
    example = torch.randn(batch, 3, size, size)
    traced = torch.jit.trace(model, example, check_trace=False)
    buffer = io.BytesIO()
    torch.jit.save(traced, buffer)
    buffer.seek(0)
    return torch.jit.load(buffer)


if __name__ == "__main__":
    torch.manual_seed(0)
    program = export(TinyDetr())
    for n in (2, 5):
        boxes, classes = program(torch.randn(n, 3, 16, 16))
        print(boxes.shape, classes.shape)
