"""Joint power of a knee during one step: torque times angular velocity.

torque.txt  net torque of the knee in Nm, from the force plate of the laboratory
angle.txt   angle of the knee in degrees, from the cameras
Both were recorded while the subject crossed the plate.
"""
import argparse
from pathlib import Path

import torch
import torch.nn.functional as F


def read_series(path):
    return torch.tensor([float(line) for line in Path(path).read_text().split()])


def smooth(x, width=5):
    kernel = torch.full((1, 1, width), 1 / width)
    padded = F.pad(x.view(1, 1, -1), (width // 2, width // 2), mode="replicate")
    return F.conv1d(padded, kernel).flatten()


def velocity(angle, rate):
    """Angular velocity in radians per second by central differences."""
    return torch.gradient(torch.deg2rad(angle), spacing=1 / rate)[0]


def joint_power(torque, angle, rate):
    return smooth(torque) * velocity(smooth(angle), rate)


def work(power, rate):
    """Work that was done by the knee and work that was taken up, in J."""
    dt = 1 / rate
    return torch.trapezoid(power.clamp(min=0), dx=dt), torch.trapezoid(power.clamp(max=0), dx=dt)


def phases(power, threshold=5.0):
    """Stretches of the step in which the knee gives or takes power: (start, end, sign)."""
    sign = torch.where(power.abs() > threshold, power.sign(), torch.zeros_like(power))
    values, counts = torch.unique_consecutive(sign, return_counts=True)
    ends = counts.cumsum(0)
    return [
        (int(e - n), int(e), int(v))
        for v, n, e in zip(values, counts, ends)
        if v != 0
    ]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--torque", default="torque.txt")
    parser.add_argument("--angle", default="angle.txt")
    parser.add_argument("--rate", type=float, default=200.0, help="samples per second")
    args = parser.parse_args()
    torque, angle = read_series(args.torque), read_series(args.angle)
    power = joint_power(torque, angle, args.rate)
    given, taken = work(power, args.rate)
    print(f"peak {power.max():.1f} W, given {given:.1f} J, taken up {taken:.1f} J")
    for start, end, sign in phases(power):
        print(f"{start / args.rate:.2f} s to {end / args.rate:.2f} s: {'generates' if sign > 0 else 'absorbs'}")


if __name__ == "__main__":
    main()
