"""Pictures of forest plots with boxes around the crowns of trees."""
import torch
from torch.utils.data import DataLoader, Dataset


class TreePlots(Dataset):
    """annotations: per plot a list of (species, corners), the corners being points of the crown's outline.

    A sample has "image", "boxes" (trees, 4) as x1 y1 x2 y2 and "labels" (trees,).
    """

    size = 32
    species = {"pine": 1, "oak": 2, "maple": 3}

    def __init__(self, annotations, min_size=1.0):
        self.annotations = annotations
        self.min_size = min_size

    def __len__(self):
        return len(self.annotations)

    def __getitem__(self, index):
        image = torch.full((3, self.size, self.size), index / 10)
        boxes = self.load_boxes(index)
        labels = torch.tensor([self.species[name] for name, _ in self.annotations[index]], dtype=torch.long)
        boxes, labels = self.filter_boxes(boxes, labels)
        return {"image": image, "boxes": boxes, "labels": labels}

    def load_boxes(self, index):
        boxes = []
        for _, corners in self.annotations[index]:
            xs, ys = zip(*corners)
            boxes.append([min(xs), min(ys), max(xs), max(ys)])
        return torch.tensor(boxes, dtype=torch.float)

    def filter_boxes(self, boxes, labels):
        """Cuts the boxes at the edge of the plot and drops those of which nothing is left."""
        boxes = boxes.clamp(0, self.size)
        wide = boxes[:, 2] - boxes[:, 0] >= self.min_size
        high = boxes[:, 3] - boxes[:, 1] >= self.min_size
        return boxes[wide & high], labels[wide & high]


def collate(samples):
    """The boxes of a batch lie under each other, with the number of their picture in front."""
    numbered = []
    for i, sample in enumerate(samples):
        number = torch.full((len(sample["boxes"]), 1), float(i))
        numbered.append(torch.cat([number, sample["boxes"]], dim=1))
    return {"image": torch.stack([s["image"] for s in samples]), "boxes": torch.cat(numbered),
            "labels": torch.cat([s["labels"] for s in samples])}


PLOTS = [[("pine", [(2, 3), (8, 4), (5, 9)]), ("oak", [(20, 20), (30, 22), (25, 40)])],
         [("maple", [(10, 10), (15, 12), (12, 18)])],
         [],
         [("pine", [(40, 3), (50, 8), (45, 5)]), ("pine", [(1, 1), (4, 6), (2, 9)])]]

if __name__ == "__main__":
    for batch in DataLoader(TreePlots(PLOTS), batch_size=2, collate_fn=collate):
        print(batch["image"].shape, batch["boxes"].shape, batch["labels"])
