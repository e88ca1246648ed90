"""How far the marks of a yard are from where its camera sees them.

calibration/camera.npy   the projection of the camera, world to pixels (3 x 4: where it stands and its lens)
calibration/marks.npy    the marks in the yard, in metres (N x 3)
calibration/seen.npy     the pixels where they were seen (N x 2)
"""
import numpy as np
import torch


def load(name):
    return torch.from_numpy(np.load(f"calibration/{name}.npy"))


def homogeneous(points):
    return torch.cat([points, torch.ones(len(points), 1)], dim=1)


def project(points, camera):
    image = homogeneous(points) @ camera.T
    return image[:, :2] / image[:, 2:]


def report(errors):
    print(f"{len(errors)} marks, median {errors.median():.1f} px, worst {errors.max():.1f} px (mark {int(errors.argmax())})")


if __name__ == "__main__":
    camera, marks, seen = load("camera"), load("marks"), load("seen")
    errors = (project(marks, camera) - seen).norm(dim=1)
    report(errors)
