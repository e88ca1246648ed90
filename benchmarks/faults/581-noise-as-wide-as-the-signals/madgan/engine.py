"""One epoch of the game."""
import torch


def train_one_epoch(generator, discriminator, loader, loss_fn, latent_space_dim, optimizers):
    g_opt, d_opt = optimizers
    sums = [0.0, 0.0]
    for X in loader:
        b, t = X.size(0), X.size(1)
        z = torch.randn(b, t, latent_space_dim)

        fake = generator(z)
        d_real, d_fake = discriminator(X), discriminator(fake.detach())
        d_loss = loss_fn(d_real, torch.ones_like(d_real)) + loss_fn(d_fake, torch.zeros_like(d_fake))
        d_opt.zero_grad()
        d_loss.backward()
        d_opt.step()

        d_fake = discriminator(fake)
        g_loss = loss_fn(d_fake, torch.ones_like(d_fake))
        g_opt.zero_grad()
        g_loss.backward()
        g_opt.step()
        sums[0] += g_loss.item()
        sums[1] += d_loss.item()
    return [s / len(loader) for s in sums]
