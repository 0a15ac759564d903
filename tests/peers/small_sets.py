"""Small sets of real images as folders, and what usual recipes of Python make of them; tests/small-sets runs it.

  small_sets.py prepare SHARED_DATA FOLDER         writes FOLDER/SET/{train,val}/CLASS/*: ants-and-bees (245 and 153 photos), imagenette-20 (20 and 50 of
                                                   each of ten classes), mnist-1000 (the first 1,000 and 2,000 digits), cifar-500 (500 and 200 of each class)
  small_sets.py train FOLDER/SET RECIPE SEED       trains on the CPU from random weights; the last line is {"best", "last", "epochs", "seconds"}

Recipes: "tutorial" is the one of PyTorch's tutorial "Transfer Learning for Computer Vision" (SGD of 0.001 with momentum, a tenth every 7 of 25 epochs,
batches of 4, crops and flips), and for digits that of PyTorch's examples/mnist (Adadelta, 14 epochs, batches of 64); "timm" has the defaults of timm's
train.py (SGD with Nesterov's momentum, 0.1 for 256 images, 5 epochs of warm-up and a cosine over 300, label smoothing, crops from 8 % on, flips and colors;
batches of 128, the last one dropped), for digits without flips and colors. Networks as on our side: ResNet-18 at 64×64, LeNet-5, ResNet-20 of CIFAR.
"""
import gzip
import json
import math
import pathlib
import random
import sys
import tarfile
import time


def prepare(shared, folder):
    import numpy
    from PIL import Image

    shared, folder = pathlib.Path(shared), pathlib.Path(folder)

    def extract(archive, part, name, count, skip=0):
        """The first files of each class by name, after some that are passed over."""
        with tarfile.open(shared / archive) as tar:
            classes = {}
            for member in tar.getmembers():
                parts = member.name.removeprefix("./").split("/")
                if member.isfile() and "/".join(parts[:-2]).endswith(part) and not parts[-1].startswith("."):
                    classes.setdefault(parts[-2], []).append(member)
            for label, members in classes.items():
                target = folder / name / label
                target.mkdir(parents=True, exist_ok=True)
                for member in sorted(members, key=lambda one: one.name)[skip:][:count]:
                    (target / pathlib.Path(member.name).name).write_bytes(tar.extractfile(member).read())

    extract("hymenoptera.tar", "hymenoptera_data/train", "ants-and-bees/train", None)
    extract("hymenoptera.tar", "hymenoptera_data/val", "ants-and-bees/val", None)
    extract("imagenette-mini.tar", "imagenette-mini/train", "imagenette-20/train", 20)
    extract("imagenette-mini.tar", "imagenette-mini/val", "imagenette-20/val", None)
    extract("cifar10-jpg.tar.gz", "train", "cifar-500/train", 500)
    extract("cifar10-jpg.tar.gz", "test", "cifar-500/val", 200)
    for part, name, count in (("train", "train", 1000), ("t10k", "val", 2000)):
        images = gzip.open(next((shared / "mnist").glob(f"{part}-images*"))).read()
        labels = gzip.open(next((shared / "mnist").glob(f"{part}-labels*"))).read()
        for number in range(count):
            target = folder / "mnist-1000" / name / str(labels[8 + number])
            target.mkdir(parents=True, exist_ok=True)
            pixels = numpy.frombuffer(images, numpy.uint8, 784, 16 + 784 * number).reshape(28, 28)
            Image.fromarray(pixels).save(target / f"{number:05}.png")


def network(name, classes):
    import torch
    from torch import nn
    import torchvision

    def block(inputs, outputs, stride):
        class Block(nn.Module):
            def __init__(self):
                super().__init__()
                self.first = nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())
                self.second = nn.Sequential(nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs))

            def forward(self, images):
                kept = images if stride == 1 else nn.functional.pad(images[:, :, ::2, ::2], (0, 0, 0, 0, 0, outputs - inputs))
                return torch.relu(self.second(self.first(images)) + kept)
        return Block()

    if name == "mnist-1000":
        return nn.Sequential(
            nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Flatten(),
            nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, classes))
    if name == "cifar-500":
        layers = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()]
        widths = [16, 16, 32, 64]
        layers += [block(widths[stage] if first else widths[stage + 1], widths[stage + 1], 2 if first and stage else 1)
                   for stage in range(3) for first in (True, False, False)]
        return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, classes))
    return torchvision.models.resnet18(num_classes=classes)


def train(folder, recipe, seed):
    import torch
    from torchvision import datasets, transforms

    folder = pathlib.Path(folder)
    name = folder.name
    digits = name == "mnist-1000"
    size = 28 if digits else 32 if name == "cifar-500" else 64
    random.seed(seed)
    torch.manual_seed(seed)
    normalize = [transforms.ToTensor(), transforms.Normalize((0.1307,), (0.3081,)) if digits
                 else transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))]
    gray = [transforms.Grayscale()] if digits else []
    shown = gray if digits else [transforms.Resize(size if size == 32 else size * 256 // 224), transforms.CenterCrop(size)]
    if recipe == "tutorial":
        batch, epochs = (64, 14) if digits else (4, 25)
        seen = gray if digits else [transforms.RandomResizedCrop(size), transforms.RandomHorizontalFlip()]
    else:
        batch, epochs = 128, 300
        seen = gray + [transforms.RandomResizedCrop(size)] if digits else [
            transforms.RandomResizedCrop(size), transforms.RandomHorizontalFlip(), transforms.ColorJitter(0.4, 0.4, 0.4)]
    data = datasets.ImageFolder(folder / "train", transforms.Compose(seen + normalize))
    known = datasets.ImageFolder(folder / "val", transforms.Compose(shown + normalize))
    batches = torch.utils.data.DataLoader(data, batch, shuffle=True, drop_last=recipe == "timm")
    scored = torch.utils.data.DataLoader(known, 128)
    model = network(name, len(data.classes))
    if recipe == "tutorial" and digits:
        optimizer = torch.optim.Adadelta(model.parameters(), 1.0)
        factor = lambda epoch: 0.7 ** epoch
    elif recipe == "tutorial":
        optimizer = torch.optim.SGD(model.parameters(), 0.001, 0.9)
        factor = lambda epoch: 0.1 ** (epoch // 7)
    else:
        flat = [weight for weight in model.parameters() if weight.ndim <= 1]
        optimizer = torch.optim.SGD(
            [{"params": flat, "weight_decay": 0.0}, {"params": [weight for weight in model.parameters() if weight.ndim > 1]}],
            0.1 * batch / 256, 0.9, weight_decay=2e-5, nesterov=True)
        first = 1e-5 / (0.1 * batch / 256)
        factor = lambda epoch: first + (1 - first) * epoch / 5 if epoch < 5 else (1 + math.cos(math.pi * epoch / epochs)) / 2
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
    loss = torch.nn.CrossEntropyLoss(label_smoothing=0.1 if recipe == "timm" else 0)
    best, last, began = 0.0, 0.0, time.time()
    for _ in range(epochs):
        model.train()
        for images, labels in batches:
            optimizer.zero_grad()
            loss(model(images), labels).backward()
            optimizer.step()
        schedule.step()
        model.eval()
        with torch.no_grad():
            last = sum((model(images).argmax(1) == labels).sum().item() for images, labels in scored) / len(known)
        best = max(best, last)
    print(json.dumps({"best": best, "last": last, "epochs": epochs, "seconds": round(time.time() - began, 1)}))


if __name__ == "__main__":
    if sys.argv[1:2] == ["prepare"]:
        prepare(*sys.argv[2:])
    else:
        train(sys.argv[2], sys.argv[3], int(sys.argv[4]))
