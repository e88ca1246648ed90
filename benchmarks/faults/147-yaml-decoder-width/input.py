import argparse

import torch
import torch.nn.functional as F
import yaml

from model import Decoder, Encoder


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", required=True)
    cfg = yaml.safe_load(open(parser.parse_args().config))
    torch.manual_seed(0)
    n_mels = cfg["data"]["n_mels"]
    encoder = Encoder(n_mels, **cfg["encoder"])
    decoder = Decoder(n_mels, **cfg["decoder"])
    mel = torch.randn(cfg["train"]["batch"], n_mels, 120)
    mu, logvar = encoder(mel)
    z = mu + torch.randn_like(mu) * (0.5 * logvar).exp()
    loss = F.l1_loss(decoder(z), mel)
    loss.backward()
    print("recon", round(loss.item(), 3))


if __name__ == "__main__":
    main()
