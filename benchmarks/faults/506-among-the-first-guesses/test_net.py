"""Test a model of films: several views of each film are looked at, and their scores are added."""
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from metrics import topks_correct


class Views(Dataset):
    """For each film ``num_clips`` views (channels, frames, height, width), one after the other."""

    def __init__(self, num_videos, num_clips, num_cls):
        self.num_clips = num_clips
        self.films = torch.randn(num_videos, 3, num_clips + 3, 8, 8)
        self.labels = torch.randint(0, num_cls, (num_videos,))

    def __len__(self):
        return len(self.films) * self.num_clips

    def __getitem__(self, index):
        film, clip = divmod(index, self.num_clips)
        return self.films[film, :, clip:clip + 4], self.labels[film], index


class TestMeter:
    def __init__(self, num_videos, num_clips, num_cls):
        self.num_clips = num_clips
        self.video_preds = torch.zeros(num_videos, num_cls)
        self.video_labels = torch.zeros(num_videos).long()
        self.clip_count = torch.zeros(num_videos).long()

    def update_stats(self, preds, labels, clip_ids):
        for i in range(preds.shape[0]):
            vid_id = int(clip_ids[i]) // self.num_clips
            self.video_labels[vid_id] = labels[i]
            self.video_preds[vid_id] += preds[i]
            self.clip_count[vid_id] += 1

    def finalize_metrics(self, ks=(1, 5)):
        assert (self.clip_count == self.num_clips).all()
        correct = topks_correct(self.video_preds, self.video_labels, ks)
        return {f"top{k}_acc": x.item() / self.video_preds.size(0) * 100.0 for k, x in zip(ks, correct)}


@torch.no_grad()
def perform_test(model, loader, meter):
    for inputs, labels, index in loader:
        meter.update_stats(model(inputs).softmax(dim=1), labels, index)
    return meter.finalize_metrics()


if __name__ == "__main__":
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv3d(3, 6, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool3d(1), nn.Flatten(),
                          nn.Linear(6, 9)).eval()
    dataset = Views(num_videos=7, num_clips=3, num_cls=9)
    meter = TestMeter(7, 3, 9)
    print(perform_test(model, DataLoader(dataset, batch_size=4), meter))
