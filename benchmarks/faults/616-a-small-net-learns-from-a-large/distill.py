"""A large net learns a table, and a small one learns from the large one: its answers and its features."""
import torch
import torch.nn.functional as F
from torch import nn

from config import make_config
from nets import TableNet, count


def table(rows, features, classes, seed):
    g = torch.Generator().manual_seed(seed)
    x = torch.randn(rows, features, generator=g)
    return x, (x[:, :classes] + 0.5 * x[:, classes:2 * classes].abs()).argmax(dim=1)


def fit(parameters, loss_of, x, y, epochs=5, batch=64):
    optimizer = torch.optim.Adam(parameters, lr=3e-3)
    for _ in range(epochs):
        for rows in torch.randperm(len(x)).split(batch):
            loss = loss_of(x[rows], y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


def accuracy(net, x, y):
    with torch.no_grad():
        return (net(x)[0].argmax(dim=1) == y).float().mean().item()


if __name__ == "__main__":
    torch.manual_seed(0)
    teacher_cfg = make_config()
    x, y = table(1000, teacher_cfg["features"], teacher_cfg["classes"], seed=0)
    test = table(300, teacher_cfg["features"], teacher_cfg["classes"], seed=1)

    teacher = TableNet(**teacher_cfg)
    fit(teacher.parameters(), lambda a, b: F.cross_entropy(teacher(a)[0], b), x, y)
    print(f"teacher: {count(teacher)} parameters, {accuracy(teacher, *test):.3f}")

    student_cfg = make_config(width=10, depth=2)
    student = TableNet(**student_cfg)
    project = nn.Linear(student_cfg["width"], teacher_cfg["width"])

    def distillation(a, b):
        logits, h = student(a)
        with torch.no_grad():
            t_logits, t_h = teacher(a)
        soft = F.kl_div(F.log_softmax(logits / 2, dim=1), F.softmax(t_logits / 2, dim=1), reduction="batchmean")
        return F.cross_entropy(logits, b) + 4 * soft + 0.1 * F.mse_loss(project(h), t_h)

    fit([*student.parameters(), *project.parameters()], distillation, x, y)
    print(f"student: {count(student)} parameters, {accuracy(student, *test):.3f}")
