"""Saves random tensors with this machine's PyTorch, and prints the SHA-256 of each one's elements in row-major order.

    python3 write_weights.py FILE zip|legacy
"""
import hashlib
import json
import sys
from collections import OrderedDict

import torch
import torchvision

path, form = sys.argv[1:]
torch.manual_seed(1)
base = torch.randn(40, 50)
state = OrderedDict(
    (f"module.{name}", tensor) for name, tensor in torchvision.models.shufflenet_v2_x0_5(num_classes=5).state_dict().items()
)
state["module.half"] = base.half()
state["module.bfloat16"] = base.bfloat16()
state["module.double"] = base.double()
state["module.integers"] = torch.randint(-9, 9, (3, 4, 5))
state["module.flags"] = base > 0
state["module.view"] = base[3:30:2, 5:40:3]
state["module.transposed"] = base.t()
state["module.parameter"] = torch.nn.Parameter(base)
torch.save({"epoch": 1, "state_dict": state}, path, _use_new_zipfile_serialization=form == "zip")


def digest(tensor):
    elements = tensor.detach().contiguous().flatten()
    elements = elements.view(torch.uint8) if elements.dtype != torch.bool else elements.to(torch.uint8)
    return hashlib.sha256(elements.numpy().tobytes()).hexdigest()


print(json.dumps([[name[len("module.") :], list(tensor.shape), digest(tensor if tensor.dim() else tensor.reshape(1))] for name, tensor in state.items()]))
