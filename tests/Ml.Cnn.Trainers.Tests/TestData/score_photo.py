"""Makes networks of torchvision with random weights, saves their state, and prints the probabilities that they give a photo.

    python3 score_photo.py PHOTO FOLDER NETWORK...

Pictures are prepared as torchvision prepares them for the network's default weights. The weights are drawn from a fixed seed; batch
norm's statistics are those of the photo and of noise, and the last layer is scaled so that the classes differ.
"""
import json
import os
import sys

import torch
import torchvision
from PIL import Image
from torch import nn

photo, folder, *names = sys.argv[1:]
image = Image.open(photo).convert("RGB")


def make(name):
    torch.manual_seed(1)
    # As the published weights of these two are used.
    options = {"transform_input": True, "init_weights": False} if name in ("googlenet", "inception_v3") else {}
    return torchvision.models.get_model(name, weights=None, **options)


def calibrate(network, images):
    norms = [layer for layer in network.modules() if isinstance(layer, nn.BatchNorm2d)]
    momenta = [layer.momentum for layer in norms]
    for layer in norms:
        layer.momentum = 1.0
    network.train()(torch.cat([images, torch.randn_like(images)]))
    for layer, momentum in zip(norms, momenta):
        layer.momentum = momentum
    network.eval()
    head = [layer for layer in network.modules() if isinstance(layer, (nn.Linear, nn.Conv2d))][-1]
    scale = 3 / network(images).std()
    for tensor in head.parameters():
        tensor.mul_(scale)


with torch.no_grad():
    for name in names:
        images = torchvision.models.get_model_weights(name).DEFAULT.transforms()(image).unsqueeze(0)
        network = make(name)
        calibrate(network, images)
        torch.save(network.state_dict(), os.path.join(folder, f"{name}.pth"))
        print(json.dumps({"network": name, "probabilities": network(images).softmax(1)[0].tolist()}))
