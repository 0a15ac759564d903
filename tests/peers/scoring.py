"""Times forward passes for scores in PyTorch, and writes the same networks as ONNX files: the peers of `tests/benchmark scoring`.

    scoring.py time ARCH BATCH SECONDS [--bfloat16] [--channels-last] [--compile]   one JSON line with percentiles
    scoring.py labels FOLDER ARCH [--bfloat16] [--channels-last]                    JPEG files to labels, two loader processes
    scoring.py export FOLDER ARCH...                                               FOLDER/ARCH.onnx with a free batch

Needs torch and torchvision, for export onnx too.
"""
import argparse
import json
import resource
import time

import torch
from torch import nn


class LeNet5(nn.Sequential):
    """The library's "lenet5": 28×28 gray pixels, ReLU and maximum pooling."""

    def __init__(self):
        super().__init__(
            nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
            nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))


def build(arch):
    if arch == "lenet5":
        network, shape = LeNet5(), (1, 28, 28)
    else:
        import torchvision
        network, shape = getattr(torchvision.models, arch)(weights=None), (3, 224, 224)
    return nn.Sequential(network, nn.Softmax(1)).eval(), shape


def run(options):
    network, shape = build(options.arch)
    images = torch.rand(options.batch, *shape)
    if options.channels_last:
        network, images = network.to(memory_format=torch.channels_last), images.to(memory_format=torch.channels_last)
    if options.compile:
        network = torch.compile(network)
    times = []
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=options.bfloat16):
        start = time.perf_counter()
        passes = 0
        while passes < 10 or time.perf_counter() - start < options.seconds / 4:
            network(images)
            passes += 1
        start = time.perf_counter()
        while len(times) < 10 or time.perf_counter() - start < options.seconds:
            begin = time.perf_counter()
            network(images)
            times.append((time.perf_counter() - begin) * 1000)
    times.sort()

    def percentile(share):
        return round(times[min(len(times) - 1, int(share * len(times)))], 3)

    print(json.dumps({
        "images_per_second": round(options.batch / percentile(0.5) * 1000, 2),
        "p50_ms": percentile(0.5), "p95_ms": percentile(0.95), "p99_ms": percentile(0.99), "passes": len(times),
        "peak_rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10}))


def labels(options):
    import torchvision
    from torchvision import transforms
    network, _ = build(options.arch)
    if options.channels_last:
        network = network.to(memory_format=torch.channels_last)
    files = torchvision.datasets.ImageFolder(options.folder, transforms.Compose([
        transforms.Resize(256), transforms.CenterCrop(224), transforms.ToTensor(),
        transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))]))
    loader = torch.utils.data.DataLoader(files, batch_size=32, num_workers=2, persistent_workers=True)
    rates = []
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=options.bfloat16):
        for epoch in range(3):
            start, found = time.perf_counter(), 0
            for images, _ in loader:
                if options.channels_last:
                    images = images.to(memory_format=torch.channels_last)
                found += len(network(images).argmax(1).tolist())
            if epoch > 0:
                rates.append(found / (time.perf_counter() - start))
    print(json.dumps({"images_per_second": round(sorted(rates)[len(rates) // 2], 2), "all": rates,
                      "peak_rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10}))


def export(options):
    for arch in options.archs:
        network, shape = build(arch)
        torch.onnx.export(network, (torch.rand(1, *shape),), f"{options.folder}/{arch}.onnx", dynamo=False, opset_version=17,
                          input_names=["images"], output_names=["scores"], dynamic_axes={"images": {0: "n"}, "scores": {0: "n"}})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    timing = commands.add_parser("time")
    timing.add_argument("arch")
    timing.add_argument("batch", type=int)
    timing.add_argument("seconds", type=float)
    for name in ("--bfloat16", "--channels-last", "--compile"):
        timing.add_argument(name, action="store_true")
    timing.set_defaults(run=run)
    labeling = commands.add_parser("labels")
    labeling.add_argument("folder")
    labeling.add_argument("arch")
    for name in ("--bfloat16", "--channels-last"):
        labeling.add_argument(name, action="store_true")
    labeling.set_defaults(run=labels)
    exporting = commands.add_parser("export")
    exporting.add_argument("folder")
    exporting.add_argument("archs", nargs="+")
    exporting.set_defaults(run=export)
    chosen = parser.parse_args()
    chosen.run(chosen)
