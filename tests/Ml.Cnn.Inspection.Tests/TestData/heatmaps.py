"""Heat maps of torchvision's networks with drawn weights, computed by PyTorch from the papers' formulas.

    python3 heatmaps.py FOLDER SIZE NETWORK:LAYER:METHOD...

Writes FOLDER/image.png (SIZE × SIZE), FOLDER/NETWORK.pth, and for each argument the map, SIZE × SIZE float32 numbers, row by row, to
FOLDER/NETWORK-LAYER-METHOD.f32. Prints the predicted class of each network.
"""
import os
import sys

import torch
import torchvision
from PIL import Image
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)
folder, size, *wanted = sys.argv[1:]
size = int(size)
MEAN = torch.tensor([0.485, 0.456, 0.406]).reshape(1, 3, 1, 1)
DEVIATION = torch.tensor([0.229, 0.224, 0.225]).reshape(1, 3, 1, 1)


def draw_image():
    """Soft blobs of color and one striped square.

    With other seeds some ReLU of SqueezeNet takes a number so near 0 that PyTorch's own gradients in float32 and float64 differ by 1e-2; with this
    one they differ by 4e-7.
    """
    torch.manual_seed(7)
    blobs = F.interpolate(torch.rand(1, 3, 6, 6), size=(size, size), mode="bicubic", align_corners=False).clamp(0, 1)
    third = size // 3
    stripes = (torch.arange(third) // 4 % 2).float().expand(1, 3, third, third)
    blobs[:, :, third // 2:third // 2 + third, third:2 * third] = stripes
    pixels = (blobs * 255).round().byte()
    Image.fromarray(pixels[0].permute(1, 2, 0).numpy()).save(os.path.join(folder, "image.png"))
    return (pixels.float() / 255 - MEAN) / DEVIATION


def make(name, image):
    """A network whose batch normalization has the statistics of the image and of noise, so that all layers have something to say."""
    torch.manual_seed(1)
    network = torchvision.models.get_model(name, weights=None, num_classes=10)
    with torch.no_grad():
        norms = [layer for layer in network.modules() if isinstance(layer, nn.BatchNorm2d)]
        for layer in norms:
            layer.momentum = 1.0
        network.train()(torch.cat([image, torch.randn_like(image)]))
        for layer in norms:
            layer.momentum = 0.1
        network.eval()
        head = [layer for layer in network.modules() if isinstance(layer, (nn.Linear, nn.Conv2d))][-1]
        scale = 3 / network(image).std()
        for tensor in head.parameters():
            tensor.mul_(scale)
    torch.save(network.state_dict(), os.path.join(folder, f"{name}.pth"))
    return network


def activation_and_gradient(network, layer, image, wanted_class):
    kept = []
    hook = network.get_submodule(layer).register_forward_hook(lambda module, inputs, output: kept.append(output))
    logit = network(image)[0, wanted_class]
    hook.remove()
    gradient, = torch.autograd.grad(logit, kept[0])
    return kept[0].detach()[0], gradient[0]


def grad_cam(a, g):
    return (g.mean(dim=(1, 2))[:, None, None] * a).sum(0).relu()


def grad_cam_plus_plus(a, g):
    below = 2 * g ** 2 + a.sum(dim=(1, 2))[:, None, None] * g ** 3
    alpha = torch.where(below != 0, g ** 2 / below, torch.zeros_like(g))
    return ((alpha * g.relu()).sum(dim=(1, 2))[:, None, None] * a).sum(0).relu()


def hires_cam(a, g):
    return (g * a).sum(0).relu()


def layer_cam(a, g):
    return (g.relu() * a).sum(0).relu()


def eigen_cam(a, g):
    rows = a.flatten(1).T.double()
    first = torch.linalg.svd(rows, full_matrices=False).Vh[0]
    projection = rows @ first
    if projection.sum() < 0:
        projection = -projection
    return projection.relu().reshape(a.shape[1:]).float()


def score_cam(network, layer, image, wanted_class):
    a, _ = activation_and_gradient(network, layer, image, wanted_class)
    kept, logits = [], []
    with torch.no_grad():
        for channel in a:
            if channel.max() == channel.min():
                continue
            mask = F.interpolate(channel[None, None], size=(size, size), mode="bilinear", align_corners=False)
            mask = (mask - mask.min()) / (mask.max() - mask.min())
            kept.append(channel)
            logits.append(network(image * mask)[0, wanted_class])
    weights = torch.stack(logits).softmax(0)
    return sum(weight * channel for weight, channel in zip(weights, kept)).relu()


def occlusion(network, image, wanted_class, patch, stride):
    falls, counts = torch.zeros(size, size, dtype=torch.float64), torch.zeros(size, size, dtype=torch.float64)
    starts = sorted({*range(0, size - patch, stride), size - patch})
    with torch.no_grad():
        whole = network(image)[0, wanted_class]
        for top in starts:
            for left in starts:
                covered = image.clone()
                covered[:, :, top:top + patch, left:left + patch] = 0
                falls[top:top + patch, left:left + patch] += (whole - network(covered)[0, wanted_class]).item()
                counts[top:top + patch, left:left + patch] += 1
    return (falls / counts).float()


def integrated_gradients(network, image, wanted_class, steps):
    total = torch.zeros_like(image)
    for step in range(steps):
        at = ((step + 0.5) / steps * image).requires_grad_()
        total += torch.autograd.grad(network(at)[0, wanted_class], at)[0]
    return (total / steps * image).sum(1)[0]


CAMS = {"GradCam": grad_cam, "GradCamPlusPlus": grad_cam_plus_plus, "HiResCam": hires_cam, "LayerCam": layer_cam, "EigenCam": eigen_cam}

image, networks = draw_image(), {}
for name, layer, method in (entry.split(":") for entry in wanted):
    if name not in networks:
        network = make(name, image)
        networks[name] = (network, int(network(image).argmax()))
        print(name, networks[name][1])
    network, best = networks[name]
    if method == "Occlusion":
        heat = occlusion(network, image, best, patch=size // 4, stride=size // 8)
    elif method == "IntegratedGradients":
        heat = integrated_gradients(network, image, best, steps=20)
    elif method == "ScoreCam":
        heat = score_cam(network, layer, image, best)
    else:
        heat = CAMS[method](*activation_and_gradient(network, layer, image, best))
    heat = F.interpolate(heat[None, None], size=(size, size), mode="bilinear", align_corners=False)[0, 0].relu()
    above = heat[heat > 0].sort().values
    peak = above[int(0.99 * (len(above) - 1))] if method == "IntegratedGradients" else heat.max()
    with open(os.path.join(folder, f"{name}-{layer}-{method}.f32"), "wb") as file:
        file.write((heat / peak).clamp(0, 1).contiguous().numpy().tobytes())
