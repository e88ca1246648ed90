"""Train and validate models of pictures; how good they are is said as the best guess and as the best five."""
import torch

from utils import AverageMeter, accuracy


def train_step(model, train_loader, criterion, optimizer):
    model.train()
    losses, top1, top5 = AverageMeter("loss"), AverageMeter("top1"), AverageMeter("top5")
    for inputs, target in train_loader:
        output = model(inputs)
        loss = criterion(output, target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        acc1, acc5 = accuracy(output, target, topk=(1, 5))
        for meter, value in ((losses, loss), (top1, acc1), (top5, acc5)):
            meter.update(value.item(), inputs.size(0))
    return {"loss": losses.avg, "top1": top1.avg, "top5": top5.avg}


@torch.no_grad()
def val_step(model, val_loader, criterion):
    model.eval()
    losses, top1, top5 = AverageMeter("loss"), AverageMeter("top1"), AverageMeter("top5")
    for inputs, target in val_loader:
        output = model(inputs)
        acc1, acc5 = accuracy(output, target, topk=(1, 5))
        for meter, value in ((losses, criterion(output, target)), (top1, acc1), (top5, acc5)):
            meter.update(value.item(), inputs.size(0))
    return {"loss": losses.avg, "top1": top1.avg, "top5": top5.avg}


def fit(model, train_loader, val_loader, criterion, optimizer, epochs):
    return [(train_step(model, train_loader, criterion, optimizer), val_step(model, val_loader, criterion))
            for _ in range(epochs)]
