"""The decoder of a network that draws: strokes from mixtures of normal distributions."""
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import optim


class HParams:
    dec_hidden_size = 16
    Nz = 4
    M = 5
    batch_size = 3


hp = HParams()


class DecoderRNN(nn.Module):
    def __init__(self):
        super(DecoderRNN, self).__init__()
        self.fc_hc = nn.Linear(hp.Nz, 2 * hp.dec_hidden_size)
        self.lstm = nn.LSTM(hp.Nz + 5, hp.dec_hidden_size)
        # for each of the M parts pi, mu_x, mu_y, sigma_x, sigma_y, rho_xy; and three for the pen
        self.fc_params = nn.Linear(hp.dec_hidden_size, 6 * hp.M + 3)

    def forward(self, inputs, z, hidden_cell=None):
        if hidden_cell is None:
            hidden, cell = torch.split(torch.tanh(self.fc_hc(z)), hp.dec_hidden_size, 1)
            hidden_cell = (hidden.unsqueeze(0).contiguous(), cell.unsqueeze(0).contiguous())
        outputs, (hidden, cell) = self.lstm(inputs, hidden_cell)
        y = self.fc_params(outputs.view(-1, hp.dec_hidden_size))
        params = torch.split(y, 6, 1)
        params_mixture = torch.stack(params[:-1])
        params_pen = params[-1]
        pi, mu_x, mu_y, sigma_x, sigma_y, rho_xy = torch.split(params_mixture, 1, 2)
        len_out = inputs.size(0)
        pi = F.softmax(pi.t().squeeze(), dim=-1).view(len_out, -1, hp.M)
        sigma_x = torch.exp(sigma_x.t().squeeze()).view(len_out, -1, hp.M)
        sigma_y = torch.exp(sigma_y.t().squeeze()).view(len_out, -1, hp.M)
        rho_xy = torch.tanh(rho_xy.t().squeeze()).view(len_out, -1, hp.M)
        mu_x = mu_x.t().squeeze().contiguous().view(len_out, -1, hp.M)
        mu_y = mu_y.t().squeeze().contiguous().view(len_out, -1, hp.M)
        q = F.softmax(params_pen, dim=-1).view(len_out, -1, 3)
        return pi, mu_x, mu_y, sigma_x, sigma_y, rho_xy, q, hidden, cell


def bivariate_normal_pdf(dx, dy, mu_x, mu_y, sigma_x, sigma_y, rho_xy):
    z_x = ((dx - mu_x) / sigma_x) ** 2
    z_y = ((dy - mu_y) / sigma_y) ** 2
    z_xy = (dx - mu_x) * (dy - mu_y) / (sigma_x * sigma_y)
    rest = 1 - rho_xy ** 2
    exp = torch.exp(-(z_x + z_y - 2 * rho_xy * z_xy) / (2 * rest))
    return exp / (2 * 3.14159265 * sigma_x * sigma_y * torch.sqrt(rest))


def reconstruction_loss(decoder, batch, z):
    """batch: (steps, samples, 5) with dx, dy and the state of the pen."""
    start = torch.zeros(1, batch.size(1), 5)
    start[:, :, 2] = 1
    inputs = torch.cat([torch.cat([start, batch[:-1]], 0), z.unsqueeze(0).expand(batch.size(0), -1, -1)], 2)
    pi, mu_x, mu_y, sigma_x, sigma_y, rho_xy, q, _, _ = decoder(inputs, z)
    dx, dy = batch[:, :, 0].unsqueeze(2), batch[:, :, 1].unsqueeze(2)
    pdf = bivariate_normal_pdf(dx, dy, mu_x, mu_y, sigma_x, sigma_y, rho_xy)
    strokes = -torch.log(1e-5 + torch.sum(pi * pdf, 2)).mean()
    pen = -torch.sum(batch[:, :, 2:] * torch.log(q), 2).mean()
    return strokes + pen


if __name__ == "__main__":
    torch.manual_seed(0)
    decoder = DecoderRNN()
    optimizer = optim.Adam(decoder.parameters(), 1e-3)
    for epoch in range(3):
        pen = F.one_hot(torch.randint(0, 3, (7, hp.batch_size)), 3).float()
        batch = torch.cat([torch.randn(7, hp.batch_size, 2), pen], 2)
        loss = reconstruction_loss(decoder, batch, torch.randn(hp.batch_size, hp.Nz))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(loss.item())
