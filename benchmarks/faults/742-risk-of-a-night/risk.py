"""The risk that a patient of the ward is moved to intensive care tonight.

export.csv   what the ward's system exports each evening, a patient a line, no header
model.json   the logistic regression that the hospital's statistician fitted: mean, scale, coefficients, intercept
"""
import csv
import json

import torch


def read_export(path):
    with open(path, newline="") as f:
        return torch.tensor([[float(v) for v in row] for row in csv.reader(f)])


def read_model(path):
    with open(path) as f:
        return {key: torch.tensor(value) for key, value in json.load(f).items()}


def risk(patients, model):
    x = (patients - model["mean"]) / model["scale"]
    return torch.sigmoid(x @ model["coefficients"] + model["intercept"])


def report(p, top=5):
    for value, row in zip(*p.topk(top)):
        print(f"line {int(row) + 1}: {value:.2f}")


if __name__ == "__main__":
    report(risk(read_export("export.csv"), read_model("model.json")))
