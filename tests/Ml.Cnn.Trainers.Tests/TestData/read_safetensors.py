"""Loads a .safetensors file into a network of torchvision, strictly, and prints what it answers to a fixed input.

    python3 read_safetensors.py FILE NETWORK CLASSES

With the package safetensors where it is installed; else by the published layout: eight bytes of length, JSON, elements.
"""
import json
import struct
import sys

import torch
import torchvision

path, name, classes = sys.argv[1:]
types = {"F32": (torch.float32, 4), "I64": (torch.int64, 8)}


def load(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = bytearray(file.read())
    header.pop("__metadata__", None)
    state = {}
    for key, entry in header.items():
        dtype, size = types[entry["dtype"]]
        begin, end = entry["data_offsets"]
        assert begin % size == 0
        state[key] = torch.frombuffer(data, dtype=dtype, offset=begin, count=(end - begin) // size).reshape(entry["shape"])
    return state


try:
    from safetensors.torch import load_file as load
except ImportError:
    pass

network = torchvision.models.get_model(name, num_classes=int(classes))
network.load_state_dict(load(path))
network.eval()
images = (torch.arange(3 * 64 * 64, dtype=torch.float32) % 97 / 48 - 1).reshape(1, 3, 64, 64)
with torch.no_grad():
    print(json.dumps({"keys": list(load(path)), "logits": network(images)[0].tolist()}))
