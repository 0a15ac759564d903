"""Writes networks of torchvision as ONNX files, and what PyTorch computes: export_onnx.py FOLDER EXPORTER OPSET NAME...

EXPORTER is torchscript or dynamo (PyTorch from 2.5 on, with onnxscript). Weights are drawn; statistics of batch normalization come from a few passes in
training mode, so that values neither vanish nor explode, of photos neither. The batch is open for the even networks and 1 for the odd ones; constants are
folded for the even ones, and left to whoever reads them for the odd ones (dynamo folds them always). Beside NAME.onnx lies NAME.bin: images and their
logits, float32, whose shapes are printed.
"""
import os
import sys
import time
import warnings

import torch
import torchvision

warnings.filterwarnings("ignore")
IMAGES = 3


def draw(count, side):
    """Images whose pixels resemble their neighbors, as those of photos do."""
    coarse = torch.nn.functional.interpolate(torch.randn(count, 3, 4, 4), size=(side, side), mode="bilinear", align_corners=False)
    return 1.5 * coarse + 0.2 * torch.randn(count, 3, side, side)


def build(name):
    options = {"init_weights": True} if name in ("googlenet", "inception_v3") else {}
    if name in ("googlenet", "inception_v3"):
        options.update(transform_input=True, aux_logits=False)
    network = getattr(torchvision.models, name)(num_classes=10, **options)
    norms = [module for module in network.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    side = 224 if name.startswith(("alexnet", "vgg")) else 75 if name == "inception_v3" else 64
    if norms:
        for norm in norms:
            norm.momentum = None  # the mean of all passes
        network.train()
        with torch.no_grad():
            for _ in range(2):
                network(draw(8, side))
    network.eval()
    with torch.no_grad():  # classes that differ, for images that differ
        last = [module for module in network.modules() if isinstance(module, (torch.nn.Linear, torch.nn.Conv2d))][-1]
        logits = network(draw(4, side))
        last.weight.mul_(2 / logits.std(0).mean().clamp(min=1e-6))
    return network, side


def export(network, side, path, exporter, opset, is_open):
    example = draw(2 if is_open else 1, side)
    if exporter == "dynamo":
        torch.onnx.export(network, (example,), path, dynamo=True, opset_version=opset, input_names=["images"], output_names=["logits"], external_data=False,
                          verbose=False, dynamic_shapes=({0: torch.export.Dim("batch")},) if is_open else None)
        return
    options = {} if torch.__version__ < "2.5" else {"dynamo": False}
    torch.onnx.export(
        network, example, path, opset_version=opset, do_constant_folding=is_open, input_names=["images"], output_names=["logits"],
        dynamic_axes={"images": {0: "batch"}, "logits": {0: "batch"}} if is_open else None,
        training=torch.onnx.TrainingMode.EVAL if is_open else torch.onnx.TrainingMode.PRESERVE, **options)


folder, exporter, opset, names = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:]
os.makedirs(folder, exist_ok=True)
for index, name in enumerate(names):
    torch.manual_seed(index)
    start = time.monotonic()
    network, side = build(name)
    path = os.path.join(folder, name + ".onnx")
    export(network, side, path, exporter, opset, index % 2 == 0)
    images = draw(IMAGES, side)
    with torch.no_grad():  # in double precision: where images hardly differ for a network, PyTorch's own rounding comes to 1e-4 of the logits
        logits = network.double()(images.double()).float()
    with open(os.path.join(folder, name + ".bin"), "wb") as file:
        file.write(images.numpy().tobytes())
        file.write(logits.numpy().tobytes())
    print(f"{path}: {IMAGES} x 3 x {side} x {side}, {'open' if index % 2 == 0 else 'fixed'} batch, torch {torch.__version__}, {exporter}, opset {opset}, "
          f"logits from {logits.min():.2f} to {logits.max():.2f}, {time.monotonic() - start:.1f} s", flush=True)
