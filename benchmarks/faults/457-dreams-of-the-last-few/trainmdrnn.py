"""Train a memory: from what is seen and done, tell what is seen next."""
import torch
from torch import nn
from torch.utils.data import DataLoader

from rollouts import RolloutSequenceDataset
from vae import VAE

BSIZE, SEQ_LEN, LSIZE, ASIZE, RSIZE = 8, 6, 5, 2, 16
SIZE, RED_SIZE = 12, 16


class MemoryRNN(nn.Module):
    """latents (batch, steps, LSIZE) and actions (batch, steps, ASIZE) to the latents that follow."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(LSIZE + ASIZE, RSIZE, batch_first=True)
        self.head = nn.Linear(RSIZE, LSIZE)

    def forward(self, action, latent):
        return self.head(self.rnn(torch.cat([action, latent], dim=-1))[0])


def to_latent(vae, obs, next_obs):
    """Transform observations (batch, steps, 3, SIZE, SIZE) to latents (batch, steps, LSIZE)."""
    with torch.no_grad():
        obs, next_obs = [
            nn.functional.interpolate(x.view(-1, 3, SIZE, SIZE), size=RED_SIZE, mode="bilinear", align_corners=True)
            for x in (obs, next_obs)]
        (obs_mu, obs_logsigma), (next_obs_mu, next_obs_logsigma) = [vae(x)[1:] for x in (obs, next_obs)]
        latent_obs, latent_next_obs = [
            (x_mu + x_logsigma.exp() * torch.randn_like(x_mu)).view(BSIZE, SEQ_LEN, LSIZE)
            for x_mu, x_logsigma in [(obs_mu, obs_logsigma), (next_obs_mu, next_obs_logsigma)]]
    return latent_obs, latent_next_obs


def data_pass(vae, mdrnn, loader, optimizer=None):
    mdrnn.train(optimizer is not None)
    for obs, action, reward, terminal, next_obs in loader:
        latent_obs, latent_next_obs = to_latent(vae, obs, next_obs)
        loss = nn.functional.mse_loss(mdrnn(action, latent_obs), latent_next_obs)
        if optimizer is not None:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    print(f"{'train' if optimizer else 'test'}: {loss.item():.3f}")


if __name__ == "__main__":
    torch.manual_seed(0)
    vae, mdrnn = VAE(3, LSIZE).eval(), MemoryRNN()
    train_loader = DataLoader(RolloutSequenceDataset(24, SEQ_LEN, SIZE), batch_size=BSIZE, shuffle=True)
    test_loader = DataLoader(RolloutSequenceDataset(20, SEQ_LEN, SIZE, seed=2), batch_size=BSIZE)
    optimizer = torch.optim.RMSprop(mdrnn.parameters(), lr=1e-3)
    for _ in range(2):
        data_pass(vae, mdrnn, train_loader, optimizer)
        data_pass(vae, mdrnn, test_loader)
