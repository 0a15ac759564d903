"""Makes the .pth files of the weight tests. Needs PyTorch 1.6 or later.

    python3 generate_weights.py

Every file holds the tensors of `state()`; the tests recompute their values.
"""
from collections import OrderedDict

import torch
from torch import nn


def values(*shape, dtype=torch.float32):
    """Element i is i / 4 - 2, which every type but the integers holds exactly."""
    count = 1
    for size in shape:
        count *= size
    return (torch.arange(count, dtype=torch.float64) / 4 - 2).reshape(shape).to(dtype)


def state():
    return OrderedDict(
        [
            ("conv.weight", nn.Parameter(values(2, 3, 2, 2))),
            ("conv.bias", values(2)),
            ("scale", values()),
            ("empty", values(0, 3)),
            ("count", torch.tensor(7)),
        ]
    )


def types():
    numbers = {
        name: values(5, dtype=getattr(torch, name))
        for name in ["float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8"]
    }
    return {**numbers, "uint8": torch.arange(5, dtype=torch.uint8), "bool": torch.tensor([True, False, True, True, False])}


def views():
    base = values(4, 6)
    return OrderedDict(
        [
            ("base", base),
            ("row", base[1]),
            ("column", base[:, 2]),
            ("transposed", base.t()),
            ("block", base[1:3, 2:5]),
            ("step", base[::2, ::3]),
            ("tied", base),
            ("repeated", values(3, 1).expand(3, 2)),
            ("channels_last", values(1, 2, 2, 3).contiguous(memory_format=torch.channels_last)),
        ]
    )


def checkpoint(key):
    network = nn.Linear(3, 2)
    optimizer = torch.optim.Adam(network.parameters())
    network(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    return {
        "epoch": 3,
        "arch": "tiny",
        "best": 0.75,
        "seed": 2**80,
        "nothing": None,
        "flags": [True, (1, "two", {"three": b"3"}), {1, 2}],
        "step": torch.tensor(12),
        "optimizer": optimizer.state_dict(),
        "dtype": torch.float32,
        "shape": torch.Size([1, 2]),
        key: OrderedDict((f"module.{name}", tensor) for name, tensor in state().items()),
    }


def densenet():
    names = ["norm.1.weight", "norm.1.running_var", "relu.1.weight", "conv.2.weight"]
    return OrderedDict(
        [(f"features.denseblock1.denselayer12.{name}", values(2)) for name in names]
        + [("features.transition1.norm.weight", values(2)), ("features.denseblock1.denselayer1.norm1.weight", values(2))]
    )


class Hostile:
    def __reduce__(self):
        return print, ("a pickle has run code",)


def save(name, content, legacy=False, **options):
    torch.save(content, f"{name}.pth", _use_new_zipfile_serialization=not legacy, **options)


for suffix, legacy in [("zip", False), ("legacy", True)]:
    save(f"weights-state-{suffix}", state(), legacy)
    save(f"weights-types-{suffix}", types(), legacy)
    save(f"weights-views-{suffix}", views(), legacy)
    save(f"weights-checkpoint-{suffix}", checkpoint("state_dict"), legacy)
save("weights-model", checkpoint("model"))
save("weights-model-state-dict", {"outer": 1, "model": {"model_state_dict": state(), "epoch": 1}})
save("weights-protocol4", state(), pickle_protocol=4)
save("weights-densenet", densenet())
save("weights-hostile", {"state_dict": state(), "extra": Hostile()})
save("weights-module", nn.Linear(2, 2))
save("weights-no-state", {"epoch": 3, "list": [torch.ones(1)]})
