import torch
from torch.utils.data import DataLoader

from enhancer import Enhancer
from recordings import NoisyRecordings

BATCH = 4
LATENT = 16
SAMPLES = 256


def enhance_all(net, dataset):
    loader = DataLoader(dataset, batch_size=BATCH, shuffle=False)
    z = torch.randn(BATCH, LATENT, SAMPLES // 16)
    results = {}
    net.eval()
    with torch.no_grad():
        for names, noisy in loader:
            cleaned = net(noisy, z)
            for name, wave in zip(names, cleaned):
                results[name] = wave.squeeze(0)
    return results


def main():
    torch.manual_seed(0)
    net = Enhancer(LATENT)
    results = enhance_all(net, NoisyRecordings(samples=SAMPLES))
    for name, wave in results.items():
        print(name, tuple(wave.shape), round(wave.std().item(), 4))


if __name__ == "__main__":
    main()
