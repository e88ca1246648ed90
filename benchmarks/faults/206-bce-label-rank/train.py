"""A GAN which learns to write even numbers in binary."""
import math
from typing import List, Tuple

import torch
import torch.nn as nn

from models import Discriminator, Generator


def create_binary_list(n: int, width: int) -> List[int]:
    return [int(c) for c in format(n, "0%db" % width)]


def generate_even_data(max_int: int, batch_size: int = 16) -> Tuple[List[int], List[List[int]]]:
    width = int(math.log(max_int, 2))
    numbers = torch.randint(0, max_int // 2, (batch_size,)).tolist()
    return [1] * batch_size, [create_binary_list(2 * n, width) for n in numbers]


def train(max_int: int = 128, batch_size: int = 16, training_steps: int = 40):
    torch.manual_seed(0)
    width = int(math.log(max_int, 2))
    generator, discriminator = Generator(width), Discriminator(width)
    g_opt = torch.optim.Adam(generator.parameters(), lr=0.001)
    d_opt = torch.optim.Adam(discriminator.parameters(), lr=0.001)
    loss = nn.BCELoss()

    for i in range(training_steps):
        g_opt.zero_grad()
        noise = torch.randint(0, 2, size=(batch_size, width)).float()
        generated = generator(noise)
        labels, real = generate_even_data(max_int, batch_size=batch_size)
        true_labels = torch.tensor(labels).float()
        true_data = torch.tensor(real).float()

        # the generator is rewarded for fooling the discriminator
        g_loss = loss(discriminator(generated), true_labels)
        g_loss.backward()
        g_opt.step()

        d_opt.zero_grad()
        true_loss = loss(discriminator(true_data), true_labels)
        fake_loss = loss(discriminator(generated.detach()), torch.zeros_like(true_labels))
        d_loss = (true_loss + fake_loss) / 2
        d_loss.backward()
        d_opt.step()
    print("generator %.3f  discriminator %.3f" % (g_loss.item(), d_loss.item()))


if __name__ == "__main__":
    train()
