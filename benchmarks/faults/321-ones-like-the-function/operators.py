import torch


def diff(u, t, order=1):
    """Derivative of u with respect to t, of the given order."""
    ones = torch.ones_like(t)
    der, = torch.autograd.grad(u, t, create_graph=True, grad_outputs=ones)
    for _ in range(1, order):
        der, = torch.autograd.grad(der, t, create_graph=True, grad_outputs=ones)
    return der
