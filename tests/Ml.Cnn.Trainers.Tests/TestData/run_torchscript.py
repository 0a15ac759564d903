"""Runs TorchScript files as a Python team would, and prints for each one line of JSON: logits of fixed images, the names of its state, its classes.

    python3 run_torchscript.py SIZE FILE...
"""
import json
import sys

import torch

size, *paths = sys.argv[1:]
size = int(size)
for path in paths:
    extra = {"classes.json": "", "model.json": ""}
    network = torch.jit.load(path, _extra_files=extra)
    channels = json.loads(extra["model.json"])["network"]["channels"]
    images = (torch.arange(2 * channels * size * size, dtype=torch.float32) % 97 / 48 - 1).reshape(2, channels, size, size)
    with torch.no_grad():
        network(images)
        logits = network(images)  # as optimized after the first run
    state = {name: tensor.double().sum().item() for name, tensor in network.state_dict().items()}
    print(
        json.dumps(
            {
                "logits": logits.flatten().tolist(),
                "parameters": [name for name, _ in network.named_parameters()],
                "state": state,
                "classes": json.loads(extra["classes.json"]),
                "trainable": all(parameter.requires_grad for parameter in network.parameters()),
            }
        )
    )
