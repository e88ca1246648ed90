"""Reduces a picture to a few colours by k-means, in plain tensors."""
import torch


def picture(size, generator):
    """A sky, a meadow, a roof and a sun."""
    image = torch.zeros(size, size, 3)
    image[: size // 2] = torch.tensor([0.45, 0.70, 0.95])
    image[size // 2:] = torch.tensor([0.30, 0.60, 0.20])
    image[size // 3: 2 * size // 3, size // 4: size // 2] = torch.tensor([0.70, 0.25, 0.15])
    image[2: size // 5, -size // 5:] = torch.tensor([0.98, 0.90, 0.30])
    return (image + 0.03 * torch.randn(size, size, 3, generator=generator)).clamp(0, 1)


def far_apart(pixels, k, generator):
    """First centres: each as far from the others as can be had."""
    centres = pixels[torch.randint(len(pixels), (1,), generator=generator)]
    while len(centres) < k:
        nearest = torch.cdist(pixels, centres).min(dim=1).values
        centres = torch.cat([centres, pixels[nearest.argmax()].unsqueeze(0)])
    return centres


def kmeans(pixels, k, generator, rounds=10):
    """The centres (k, 3) and the label of each pixel."""
    centres = far_apart(pixels, k, generator)
    for _ in range(rounds):
        labels = torch.cdist(pixels, centres).argmin(dim=1)
        for j in range(k):
            members = pixels[labels == j]
            if len(members):
                centres[j] = members.mean()
    return centres, torch.cdist(pixels, centres).argmin(dim=1)


if __name__ == "__main__":
    generator = torch.Generator().manual_seed(0)
    image = picture(40, generator)
    pixels = image.reshape(-1, 3)
    centres, labels = kmeans(pixels, 8, generator)
    reduced = centres[labels].view_as(image)
    for centre, count in zip(centres, labels.bincount(minlength=8).tolist()):
        print("#" + "".join(f"{round(255 * c):02x}" for c in centre.tolist()), count)
    print(f"squared error {(reduced - image).square().mean():.5f}")
