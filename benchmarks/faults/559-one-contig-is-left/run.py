"""Bin contigs: read the tables, train, and give every contig its latent place."""
import numpy as np
import torch

from encode import VAE, make_dataloader


def read_tables(ncontigs=70, nsamples=3, ntnf=10, seed=2):
    rng = np.random.default_rng(seed)
    genome = rng.integers(0, 4, ncontigs)
    depth = rng.gamma(2.0, 1.0, (4, nsamples))[genome] * rng.gamma(5.0, 0.2, (ncontigs, nsamples))
    depth[::14] = 0.0
    tnf = rng.normal(0, 1, (4, ntnf))[genome] + rng.normal(0, 0.3, (ncontigs, ntnf))
    return depth.astype(np.float32), tnf.astype(np.float32)


if __name__ == "__main__":
    torch.manual_seed(0)
    rpkm, tnf = read_tables()
    dataloader, mask = make_dataloader(rpkm, tnf, batchsize=16)
    vae = VAE(rpkm.shape[1], tnf.shape[1])
    losses = vae.trainmodel(dataloader, nepochs=3)
    latent = vae.encode(dataloader)
    print(f"{mask.sum()} of {len(mask)} contigs kept, loss {losses[0]:.3f} to {losses[-1]:.3f}")
    print(f"latent {tuple(latent.shape)}")
