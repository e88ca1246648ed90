"""Masked generative distillation of one feature level."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class MaskedGenerationLoss(nn.Module):
    def __init__(self, student_channels: int, teacher_channels: int, alpha: float = 2e-3, mask_ratio: float = 0.6):
        super().__init__()
        self.alpha = alpha
        self.mask_ratio = mask_ratio

        # brings the student to the teacher's width
        self.align = nn.Conv2d(student_channels, teacher_channels, kernel_size=1)
        # plain normalisation, no learned scale
        self.norm = nn.BatchNorm2d(teacher_channels, affine=False)
        self.norm1 = nn.BatchNorm2d(student_channels, affine=False)
        self.generation = nn.Sequential(
            nn.Conv2d(teacher_channels, teacher_channels, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(teacher_channels, teacher_channels, 3, padding=1),
        )

    def masked(self, x):
        n, _, h, w = x.shape
        keep = torch.rand((n, 1, h, w), device=x.device) > self.mask_ratio
        return x * keep

    def forward(self, y_s, y_t):
        s = self.align(self.norm1(y_s))
        with torch.no_grad():
            t = self.norm1(y_t)
        assert s.shape[-2:] == t.shape[-2:], "feature levels differ in stride"
        new = self.generation(self.masked(s))
        return self.alpha * F.mse_loss(new, t, reduction="sum") / y_s.shape[0]
