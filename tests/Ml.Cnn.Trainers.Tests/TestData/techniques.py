"""
Steps of a network of torchvision as papers describe them, in float64, from a given state on given batches: SGD with momentum 0.9, weight decay 5e-4
and a rate of 0.05.

techniques.py STATE IMAGES LABELS NETWORK TECHNIQUE BATCH STEPS RESULT
TECHNIQUE: sharpness (Foret et al. 2020, algorithm 1, radius 0.05), centralized (Yong et al. 2020, equation 1), slow (Zhang et al. 2019, algorithm 1:
k = 2, half of the way). STATE: a .pth file. IMAGES: float64, N × 3 × 32 × 32. LABELS: int64. RESULT: a .pth file with the state at the end, and every
step's loss ("losses").
"""
import sys
import numpy as np
import torch
import torch.nn.functional as F
import torchvision

torch.set_num_threads(1)
state_file, image_file, label_file, name, technique, batch, steps, result = sys.argv[1:]
batch, steps = int(batch), int(steps)
images = torch.from_numpy(np.fromfile(image_file, np.float64)).reshape(-1, 3, 32, 32)
labels = torch.from_numpy(np.fromfile(label_file, np.int64))
network = torchvision.models.__dict__[name](num_classes=10).double()
network.load_state_dict(torch.load(state_file))
network.train()
parameters = list(network.parameters())
norms = [module for module in network.modules() if isinstance(module, torch.nn.BatchNorm2d)]
optimizer = torch.optim.SGD(parameters, lr=0.05, momentum=0.9, weight_decay=5e-4)
slow = [parameter.detach().clone() for parameter in parameters]
losses = []


def gradient(at):
    optimizer.zero_grad()
    loss = F.cross_entropy(network(images[at:at + batch]), labels[at:at + batch])
    loss.backward()
    return loss.item()


for step in range(steps):
    at = step * batch % len(images)
    losses.append(gradient(at))
    with torch.no_grad():
        if technique == "sharpness":
            length = sum((parameter.grad ** 2).sum() for parameter in parameters) ** 0.5
            ascents = [0.05 * parameter.grad / length for parameter in parameters]
            for parameter, ascent in zip(parameters, ascents):
                parameter += ascent
            momenta = [norm.momentum for norm in norms]
            counts = [norm.num_batches_tracked.clone() for norm in norms]
            for norm in norms:
                norm.momentum = 0.0
            with torch.enable_grad():
                gradient(at)
            for norm, momentum, count in zip(norms, momenta, counts):
                norm.momentum = momentum
                norm.num_batches_tracked.copy_(count)
            for parameter, ascent in zip(parameters, ascents):
                parameter -= ascent
        if technique == "centralized":
            for parameter in parameters:
                if parameter.dim() > 1:
                    parameter.grad -= parameter.grad.flatten(1).mean(1).reshape(-1, *[1] * (parameter.dim() - 1))
    optimizer.step()
    if technique == "slow" and (step + 1) % 2 == 0:
        with torch.no_grad():
            for parameter, behind in zip(parameters, slow):
                behind += 0.5 * (parameter - behind)
                parameter.copy_(behind)
torch.save({**network.state_dict(), "losses": torch.tensor(losses, dtype=torch.float64)}, result)
