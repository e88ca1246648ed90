"""A variational autoencoder of contigs: how often they were read, and of which four letters they consist."""
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def make_dataloader(rpkm, tnf, batchsize):
    """Leave out contigs that were never read, and put both kinds of columns on one scale."""
    mask = (rpkm.sum(axis=1) > 0) & (np.abs(tnf).sum(axis=1) > 0)
    rpkm, tnf = rpkm[mask], tnf[mask]
    rpkm = rpkm / rpkm.sum(axis=1, keepdims=True)
    tnf = (tnf - tnf.mean(axis=0)) / (tnf.std(axis=0) + 1e-6)
    dataset = TensorDataset(torch.from_numpy(rpkm).float(), torch.from_numpy(tnf).float())
    return DataLoader(dataset, batch_size=batchsize, shuffle=True), mask


class VAE(nn.Module):
    def __init__(self, nsamples, ntnf, nhiddens=(12, 12), nlatent=4, alpha=0.5, beta=10.0):
        super().__init__()
        self.nsamples, self.ntnf, self.alpha, self.beta = nsamples, ntnf, alpha, beta
        sizes = [nsamples + ntnf, *nhiddens]
        self.encoderlayers = nn.ModuleList(nn.Linear(i, o) for i, o in zip(sizes, sizes[1:]))
        self.encodernorms = nn.ModuleList(nn.BatchNorm1d(o) for o in nhiddens)
        sizes = [nlatent, *nhiddens[::-1]]
        self.decoderlayers = nn.ModuleList(nn.Linear(i, o) for i, o in zip(sizes, sizes[1:]))
        self.decodernorms = nn.ModuleList(nn.BatchNorm1d(o) for o in nhiddens[::-1])
        self.mu, self.logsigma = nn.Linear(nhiddens[-1], nlatent), nn.Linear(nhiddens[-1], nlatent)
        self.outputlayer = nn.Linear(nhiddens[0], nsamples + ntnf)

    def _encode(self, tensor):
        for layer, norm in zip(self.encoderlayers, self.encodernorms):
            tensor = norm(torch.relu(layer(tensor)))
        return self.mu(tensor), nn.functional.softplus(self.logsigma(tensor))

    def _decode(self, tensor):
        for layer, norm in zip(self.decoderlayers, self.decodernorms):
            tensor = norm(torch.relu(layer(tensor)))
        out = self.outputlayer(tensor)
        return torch.softmax(out[:, : self.nsamples], dim=1), out[:, self.nsamples :]

    def forward(self, depths, tnf):
        mu, logsigma = self._encode(torch.cat((depths, tnf), dim=1))
        latent = mu + torch.randn_like(mu) * torch.exp(logsigma / 2)
        return (*self._decode(latent), mu, logsigma)

    def calc_loss(self, depths_in, depths_out, tnf_in, tnf_out, mu, logsigma):
        ce = -((depths_out + 1e-9).log() * depths_in).sum(dim=1).mean()
        sse = (tnf_out - tnf_in).pow(2).sum(dim=1).mean()
        kld = -0.5 * (1 + logsigma - mu.pow(2) - logsigma.exp()).sum(dim=1).mean()
        return (1 - self.alpha) * ce + self.alpha * sse / self.ntnf + kld / self.beta

    def trainmodel(self, dataloader, nepochs, lrate=1e-2):
        optimizer = torch.optim.Adam(self.parameters(), lr=lrate)
        losses = []
        for epoch in range(nepochs):
            self.train()
            total = seen = 0
            for depths_in, tnf_in in dataloader:
                depths_out, tnf_out, mu, logsigma = self(depths_in, tnf_in)
                loss = self.calc_loss(depths_in, depths_out, tnf_in, tnf_out, mu, logsigma)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                total, seen = total + loss.item() * len(mu), seen + len(mu)
            losses.append(total / seen)
        return losses

    def encode(self, dataloader):
        """The latent mean of every contig, in the order of the contigs."""
        self.eval()
        ordered = DataLoader(dataloader.dataset, batch_size=dataloader.batch_size, shuffle=False)
        with torch.no_grad():
            return torch.cat([self._encode(torch.cat(batch, dim=1))[0] for batch in ordered])
