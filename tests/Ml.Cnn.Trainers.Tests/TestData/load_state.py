"""Loads a .pth or .safetensors file into a network of torchvision, strictly, and prints what it answers to fixed images.

    python3 load_state.py FILE NETWORK CLASSES SIZE
"""
import json
import sys
import warnings

import torch
import torchvision

path, name, classes, size = sys.argv[1:]
size = int(size)
warnings.simplefilter("ignore")
options = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
network = torchvision.models.get_model(name, num_classes=int(classes), weights=None, **options)
state = torch.load(path, weights_only=True)
torch.load(path)  # by Python's own unpickler as well
network.load_state_dict(state)
network.eval()
images = (torch.arange(2 * 3 * size * size, dtype=torch.float32) % 97 / 48 - 1).reshape(2, 3, size, size)
with torch.no_grad():
    logits = network(images)
print(json.dumps({"type": type(state).__name__, "keys": list(state), "expected": list(network.state_dict()), "logits": logits.flatten().tolist()}))
