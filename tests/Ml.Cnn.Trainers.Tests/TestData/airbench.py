"""
airbench94 as it was published (Jordan 2024, "94% on CIFAR-10 in 3.29 seconds on a single GPU"), in float64: steps from a given state on given batches.
airbench.py STATE IMAGES LABELS BATCH STEPS WHITEN_STEPS RESULT: STATE a .pth file of this library, IMAGES float64 N × 3 × 32 × 32, LABELS int64, RESULT a .pth
file with the state at the end, the whitening filters of all images ("whitening"), and the loss of every step.
"""
import sys
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_num_threads(1)
state_file, image_file, label_file, batch, steps, whiten_steps, result = sys.argv[1:]
batch, steps, whiten_steps = int(batch), int(steps), int(whiten_steps)
images = torch.from_numpy(np.fromfile(image_file, np.float64)).reshape(-1, 3, 32, 32)
labels = torch.from_numpy(np.fromfile(label_file, np.int64))


class BatchNorm(nn.BatchNorm2d):
    def __init__(self, channels):
        super().__init__(channels, eps=1e-12, momentum=1 - 0.6)
        self.weight.requires_grad = False


class ConvGroup(nn.Module):
    def __init__(self, channels_in, channels_out):
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels_out, 3, padding="same", bias=False)
        self.pool = nn.MaxPool2d(2)
        self.norm1 = BatchNorm(channels_out)
        self.conv2 = nn.Conv2d(channels_out, channels_out, 3, padding="same", bias=False)
        self.norm2 = BatchNorm(channels_out)
        self.activ = nn.GELU()

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

    def forward(self, x):
        x = self.block3(self.block2(self.block1(F.gelu(self.whiten(x)))))
        return self.head(F.max_pool2d(x, 3).flatten(1)) * (1 / 9)


def whitening(images, eps=5e-4):
    patches = images.unfold(2, 2, 1).unfold(3, 2, 1).transpose(1, 3).reshape(-1, 3, 2, 2)
    flat = patches.reshape(len(patches), -1)
    values, vectors = torch.linalg.eigh(flat.T @ flat / len(flat), UPLO="U")
    scaled = vectors.T.reshape(12, 3, 2, 2).flip(0) / torch.sqrt(values.flip(0).view(-1, 1, 1, 1) + eps)
    return torch.cat((scaled, -scaled))


net = Net().double()
net.load_state_dict(torch.load(state_file))
net.train()

momentum = 0.85
kilostep_scale = 1024 * (1 + 1 / (1 - momentum))
lr = 11.5 / kilostep_scale * 1024 / batch  # of the summed loss: here as large for a small batch
wd = 0.0153 * 1024 / kilostep_scale
lr_biases = lr * 64
norm_biases = [p for k, p in net.named_parameters() if "norm" in k and p.requires_grad]
others = [p for k, p in net.named_parameters() if "norm" not in k and p.requires_grad]
optimizer = torch.optim.SGD([dict(params=norm_biases, lr=lr_biases, weight_decay=wd / lr_biases), dict(params=others, lr=lr, weight_decay=wd / lr)],
                            momentum=momentum, nesterov=True)


def triangle(step, start=0.2, end=0.07, peak=0.23):
    at = step / steps
    return start + (1 - start) * at / peak if at < peak else 1 + (end - 1) * (at - peak) / (1 - peak)


scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, triangle)
ema = {k: v.clone() for k, v in net.state_dict().items()}
losses = []
for step in range(steps):
    net.whiten.bias.requires_grad = step < whiten_steps
    of = slice(step * batch % len(images), step * batch % len(images) + batch)
    loss = F.cross_entropy(net(images[of]), labels[of], label_smoothing=0.2, reduction="none").sum()
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    scheduler.step()
    losses.append(loss.item() / batch)
    if (step + 1) % 5 == 0:
        decay = 0.95 ** 5 * ((step + 1) / steps) ** 3
        with torch.no_grad():
            for slow, fast in zip(ema.values(), net.state_dict().values()):
                if fast.is_floating_point():
                    slow.lerp_(fast, 1 - decay)
                    fast.copy_(slow)

torch.save({**net.state_dict(), "whitening": whitening(images), "losses": torch.tensor(losses, dtype=torch.float64)}, result)
