"""Find the pose at which a volume casts a given shadow."""
import torch

from module import ProST, se3_matrix


def phantom(batch, size=16):
    axis = torch.linspace(-1, 1, size)
    z, y, x = torch.meshgrid(axis, axis, axis, indexing="ij")
    head = ((x / 0.8) ** 2 + (y / 0.6) ** 2 + (z / 0.7) ** 2 < 1).float()
    tumour = ((x - 0.3) ** 2 + (y + 0.2) ** 2 + (z - 0.1) ** 2 < 0.04).float()
    return (head + 2 * tumour).expand(batch, 1, -1, -1, -1).contiguous()


def ncc(a, b):
    a, b = (v.flatten(1) - v.flatten(1).mean(1, keepdim=True) for v in (a, b))
    return ((a * b).sum(1) / (a.norm(dim=1) * b.norm(dim=1)).clamp(min=1e-6)).mean()


if __name__ == "__main__":
    torch.manual_seed(0)
    CT_vol, projector = phantom(2), ProST()
    pose_gt = torch.tensor([[0.1, -0.2, 0.1, 0.1, 0.0, 0.0], [0.0, 0.2, -0.1, 0.0, -0.1, 0.1]])
    transform_mat3x4_gt = se3_matrix(pose_gt)
    target = projector(CT_vol, transform_mat3x4_gt)
    pose = torch.zeros(2, 6, requires_grad=True)
    optimizer = torch.optim.Adam([pose], lr=2e-2)
    for step in range(12):
        moving = projector(CT_vol, se3_matrix(pose))
        loss = 1 - ncc(moving, target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"similarity {1 - loss.item():.3f}")
