"""Streets of Cambridge, and what each of their pixels is."""
import torch
from torch.utils.data import Dataset

labels = (
    "Animal Archway Bicyclist Bridge Building Car CartLuggagePram Child Column_Pole Fence LaneMkgsDriv "
    "LaneMkgsNonDriv Misc_Text MotorcycleScooter OtherMoving ParkingBlock Pedestrian Road RoadShoulder Sidewalk "
    "SignSymbol Sky SUVPickupTruck TrafficCone TrafficLight Train Tree Truck_Bus Tunnel VegetationMisc Void Wall"
).split()
num_class = len(labels)
means = torch.tensor([103.939, 116.779, 123.68]) / 255.0


class CamVidDataset(Dataset):
    def __init__(self, phase, size=(24, 32)):
        g = torch.Generator().manual_seed(len(phase))
        count = 8 if phase == "train" else 4
        self.images = torch.rand(count, 3, *size, generator=g)
        self.labels = torch.randint(0, num_class, (count, *size), generator=g)

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        img = self.images[i].flip(0) - means.view(3, 1, 1)
        label = self.labels[i]
        target = torch.zeros(num_class, *label.shape)
        for c in range(num_class):
            target[c][label == c] = 1
        return {"X": img, "Y": target, "l": label}
