import argparse

import torch
import yaml

from net import SpeakerNet


def draw(voices, count, frames, generator):
    who = torch.randint(0, len(voices), (count,), generator=generator)
    mel = voices[who][:, None] + torch.randn(count, frames, voices.size(1), generator=generator)
    return mel, who


def train(cfg):
    generator = torch.Generator().manual_seed(0)
    torch.manual_seed(0)
    voices = torch.randn(cfg["speakers"], cfg["model"]["mels"], generator=generator)
    net = SpeakerNet(cfg["speakers"], **cfg["model"])
    optimizer = torch.optim.AdamW(net.parameters(), lr=cfg["lr"])
    for step in range(cfg["steps"]):
        mel, who = draw(voices, cfg["batch_size"], cfg["frames"], generator)
        loss = torch.nn.functional.cross_entropy(net(mel), who)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
    print(f"loss {loss.item():.3f}")
    return net


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", default="config.yaml")
    with open(parser.parse_args().config) as stream:
        cfg = yaml.safe_load(stream)
    net = train(cfg)
