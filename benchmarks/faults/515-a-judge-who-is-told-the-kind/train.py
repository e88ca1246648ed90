"""Pictures of several kinds: a generator makes them, a discriminator is told of which kind they shall be."""
import torch
import torch.nn.functional as F

from discriminator import SNResNetConcatDiscriminator
from generator import Generator


def hinge(dis_fake, dis_real):
    return F.relu(1.0 - dis_real).mean() + F.relu(1.0 + dis_fake).mean()


if __name__ == "__main__":
    torch.manual_seed(0)
    num_classes = 5
    gen = Generator(dim_z=6, num_classes=num_classes)
    dis = SNResNetConcatDiscriminator(num_features=4, num_classes=num_classes, dim_emb=6)
    opt = torch.optim.Adam(dis.parameters(), lr=1e-3)
    for step in range(2):
        y, pseudo_y = torch.randint(0, num_classes, (2, 4))
        with torch.no_grad():
            fake = gen(torch.randn(4, 6), pseudo_y)
        loss = hinge(dis(fake, pseudo_y), dis(torch.rand(4, 3, 32, 32), y))
        opt.zero_grad()
        loss.backward()
        opt.step()
        print(step, f"{loss.item():.3f}")
