"""
What samples/CifarSpeedrun does, in PyTorch: airbench94 (Jordan 2024, "94% on CIFAR-10 in 3.29 seconds on a single GPU") on the JPEG set of the reference data,
its code as published but for the device, the precision and the loader, which has the decoded images in memory and augments whole batches.

    ../shared/peers/modern python3 cifar_speed.py [--data /shared/data/cifar10-jpg.tar.gz] [--epochs 10] [--share 0.1] [--float32] [--threads 2] [--seed 1]

Prints the clock after every epoch, without the reading of files before, and the test accuracy of the plain images and of their six views.
"""
import argparse
import io
import math
import tarfile
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from PIL import Image

MEAN, STD = torch.tensor((0.4914, 0.4822, 0.4465)), torch.tensor((0.2470, 0.2435, 0.2616))


class BatchNorm(nn.BatchNorm2d):
    def __init__(self, channels):
        super().__init__(channels, eps=1e-12, momentum=1 - 0.6)
        self.weight.requires_grad = False


class Conv(nn.Conv2d):
    def __init__(self, channels_in, channels_out):
        super().__init__(channels_in, channels_out, 3, padding="same", bias=False)
        nn.init.dirac_(self.weight.data[:self.weight.size(1)])


class ConvGroup(nn.Module):
    def __init__(self, channels_in, channels_out):
        super().__init__()
        self.conv1, self.pool, self.norm1 = Conv(channels_in, channels_out), nn.MaxPool2d(2), BatchNorm(channels_out)
        self.conv2, self.norm2, self.activ = Conv(channels_out, channels_out), BatchNorm(channels_out), nn.GELU()

    def forward(self, x):
        x = self.activ(self.norm1(self.pool(self.conv1(x))))
        return self.activ(self.norm2(self.conv2(x)))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.whiten = nn.Conv2d(3, 24, 2)
        self.block1, self.block2, self.block3 = ConvGroup(24, 64), ConvGroup(64, 256), ConvGroup(256, 256)
        self.head = nn.Linear(256, 10, bias=False)
        self.whiten.weight.requires_grad = False
        self.whiten.bias.data.zero_()

    def forward(self, x):
        x = self.block3(self.block2(self.block1(F.gelu(self.whiten(x)))))
        return self.head(F.max_pool2d(x, 3).flatten(1)) / 9


def whitening(images, eps=5e-4):
    patches = images.unfold(2, 2, 1).unfold(3, 2, 1).transpose(1, 3).reshape(-1, 12)
    values, vectors = torch.linalg.eigh(patches.T @ patches / len(patches), UPLO="U")
    scaled = vectors.T.reshape(12, 3, 2, 2).flip(0) / torch.sqrt(values.flip(0).view(-1, 1, 1, 1) + eps)
    return torch.cat((scaled, -scaled))


def read(path):
    parts = {"train": ([], []), "test": ([], [])}
    with tarfile.open(path) as archive:
        for member in archive:
            names = member.name.split("/")
            if member.isfile() and len(names) >= 3 and names[-3] in parts:
                images, labels = parts[names[-3]]
                images.append(np.asarray(Image.open(io.BytesIO(archive.extractfile(member).read())).convert("RGB")))
                labels.append(names[-2])
    classes = sorted(set(parts["train"][1]))
    return {part: (((torch.from_numpy(np.stack(images)) / 255 - MEAN) / STD).permute(0, 3, 1, 2).contiguous(),
                   torch.tensor([classes.index(label) for label in labels])) for part, (images, labels) in parts.items()}


def shifted(images, pixels):
    padded = F.pad(images, (pixels,) * 4, "reflect")
    result = torch.empty_like(images)
    shifts = torch.randint(-pixels, pixels + 1, (len(images), 2))
    for y in range(-pixels, pixels + 1):
        for x in range(-pixels, pixels + 1):
            mask = (shifts[:, 0] == y) & (shifts[:, 1] == x)
            result[mask] = padded[mask, :, pixels + y:pixels + y + 32, pixels + x:pixels + x + 32]
    return result


def triangle(steps, start=0.2, end=0.07, peak=0.23):
    return lambda step: start + (1 - start) * step / (peak * steps) if step < peak * steps else \
        1 + (end - 1) * (step - peak * steps) / (steps - peak * steps)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default="/shared/data/cifar10-jpg.tar.gz")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--share", type=float, default=1)
    parser.add_argument("--batch", type=int, default=1024)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--float32", action="store_true")
    parser.add_argument("--no-test", action="store_true")
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    data = read(arguments.data)
    images, labels = data["train"]
    order = torch.randperm(len(images))[:int(arguments.share * len(images))]
    images, labels = images[order], labels[order]
    batch = arguments.batch
    steps = arguments.epochs * math.ceil(len(images) / batch)

    clock = time.perf_counter()
    net = Net()
    net.whiten.weight.data[:] = whitening(images[:5000])
    net = net.to(memory_format=torch.channels_last)
    momentum = 0.85
    kilostep_scale = 1024 * (1 + 1 / (1 - momentum))
    lr, wd = 11.5 / kilostep_scale, 0.0153 * batch / kilostep_scale
    lr_biases = lr * 64
    norm_biases = [p for k, p in net.named_parameters() if "norm" in k and p.requires_grad]
    others = [p for k, p in net.named_parameters() if "norm" not in k and p.requires_grad]
    optimizer = torch.optim.SGD([dict(params=norm_biases, lr=lr_biases, weight_decay=wd / lr_biases), dict(params=others, lr=lr, weight_decay=wd / lr)],
                                momentum=momentum, nesterov=True)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, triangle(steps))
    ema = {k: v.clone() for k, v in net.state_dict().items()}
    flips = torch.rand(len(images)) < 0.5
    step, before, done = 0, 0.0, 0
    for epoch in range(arguments.epochs):
        net.whiten.bias.requires_grad = epoch < 3
        net.train()
        for of in torch.randperm(len(images)).split(batch):
            inputs = shifted(images[of], 2)
            inputs = torch.where((flips[of] ^ (epoch % 2 == 1)).view(-1, 1, 1, 1), inputs.flip(-1), inputs).contiguous(memory_format=torch.channels_last)
            with torch.autocast("cpu", torch.bfloat16, enabled=not arguments.float32):
                outputs = net(inputs)
            loss = F.cross_entropy(outputs.float(), labels[of], label_smoothing=0.2, reduction="none").sum()
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            scheduler.step()
            step += 1
            if step % 5 == 0:
                decay = 0.95 ** 5 * (step / steps) ** 3
                with torch.no_grad():
                    for slow, fast in zip(ema.values(), net.state_dict().values()):
                        if fast.is_floating_point():
                            slow.lerp_(fast, 1 - decay)
                            fast.copy_(slow)
        done, seconds = done + len(images), time.perf_counter() - clock
        print(f"epoch {epoch + 1}: {seconds:.1f} s, {len(images) / (seconds - before):.0f} images/s, loss {loss.item() / len(of):.4f}", flush=True)
        before = seconds
    net.load_state_dict(ema)
    if arguments.no_test:
        return

    def views(x):
        padded = F.pad(x, (1,) * 4, "reflect")
        for one in (x, padded[:, :, 0:32, 0:32], padded[:, :, 2:34, 2:34]):
            yield one
            yield one.flip(-1)

    net.eval()
    plain, all_views = 0, 0
    with torch.inference_mode():
        for inputs, answers in zip(data["test"][0].split(500), data["test"][1].split(500)):
            outputs = [net(view) for view in views(inputs)]
            plain += (outputs[0].argmax(1) == answers).sum().item()
            all_views += (sum(outputs).argmax(1) == answers).sum().item()
    print(f"test accuracy {plain / len(data['test'][1]):.4f}, {all_views / len(data['test'][1]):.4f} of six views")


main()
