"""Draw pictures, and what the generator thought at each of their pixels, for points that were found before."""
import argparse
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from stylegan import StyledGenerator

HERE = Path(__file__).parent


def load_latents(path):
    """The points that pictures were projected to: (pictures, width, layers), a column for each layer."""
    return torch.from_numpy(np.load(path)).float()


def latent_to_image(generator, latents, size):
    """latents (pictures, layers, width) to pictures and to the features of all layers at the size of the picture."""
    images, features = generator(latents)
    features = torch.cat([F.interpolate(f, size=size, mode="nearest") for f in features], dim=1)
    return images, features


def generate_data(args, generator):
    latents = load_latents(HERE / args.latents)
    results = []
    with torch.no_grad():
        for i in range(len(latents)):
            latent = latents[i].unsqueeze(0)
            image, feature = latent_to_image(generator, latent, args.size)
            results.append((image[0], feature[0]))
    return results


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--latents", default="latents/faces.npy")
    parser.add_argument("--size", type=int, default=16)
    args = parser.parse_args()
    torch.manual_seed(0)
    generator = StyledGenerator().eval()
    results = generate_data(args, generator)
    for image, feature in results:
        print(tuple(image.shape), tuple(feature.shape), f"{image.mean():.4f}")
