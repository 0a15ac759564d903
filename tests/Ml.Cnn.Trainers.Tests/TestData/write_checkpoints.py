"""Saves one small network's weights in the ways that people and programs do, with this machine's PyTorch. Every file holds the same network.

    python3 write_checkpoints.py FOLDER
"""
import argparse
import datetime
import enum
import os
import pathlib
import sys
from collections import OrderedDict

import numpy
import torch
import torchvision


class Config(dict):
    def __init__(self):
        super().__init__(lr=0.1)
        self.name = "config"


class Mode(enum.Enum):
    TRAINING = 1


folder = sys.argv[1]
torch.manual_seed(1)
network = torchvision.models.shufflenet_v2_x0_5(num_classes=5)
other = torchvision.models.shufflenet_v2_x0_5(num_classes=5)
optimizer = torch.optim.Adam(network.parameters())
network(torch.randn(2, 3, 64, 64)).sum().backward()
optimizer.step()
network.eval()
state = network.state_dict()


def save(name, content):
    torch.save(content, os.path.join(folder, name + ".pth"))


def after(prefix):
    return OrderedDict((prefix + name, tensor) for name, tensor in state.items())


save("state", state)
for i, prefix in enumerate(["_orig_mod.", "module._orig_mod.", "model.", "net.", "backbone.", "encoder.", "student.extractor."]):
    save(f"prefix{i}", after(prefix))
save("averaged", torch.optim.swa_utils.AveragedModel(network).state_dict())
for key in ["net", "network", "params", "weights", "model_state", "model_state_dict", "model_ema", "state_dict_ema"]:
    save(f"under_{key}", {"epoch": 3, key: after("module.")})
save("plain_and_averaged", {"state_dict": other.state_dict(), "state_dict_ema": state, "optimizer": optimizer.state_dict()})
save(
    "objects",
    {
        "args": argparse.Namespace(lr=0.1, device=torch.device("cpu"), names=["a"]),
        "config": Config(),
        "mode": Mode.TRAINING,
        "path": pathlib.Path("x"),
        "best": numpy.float64(0.5),
        "array": numpy.zeros(3),
        "when": datetime.datetime.now(),
        "random": torch.get_rng_state(),
        "optimizer": optimizer.state_dict(),
        "model": state,
    },
)
save("whole", network)
save("whole_in_checkpoint", {"model": network, "optimizer": optimizer})
torch.jit.script(network).save(os.path.join(folder, "script.pth"))
torch.jit.trace(network, torch.randn(1, 3, 64, 64)).save(os.path.join(folder, "trace.pth"))
