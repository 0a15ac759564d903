"""Writes networks of torchvision with drawn weights as ONNX files: export_onnx.py FOLDER OPSET SIZE NAME...

Statistics of batch normalization are drawn, too, so that leaving one out would be seen. The batch is open for the even networks and 1 for the odd ones;
constants are folded for the even ones, and left to whoever reads them for the odd ones.
"""
import os
import sys

import torch
import torchvision

folder, opset, size, names = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
for index, name in enumerate(names):
    torch.manual_seed(index)
    options = {"init_weights": True} if name in ("googlenet", "inception_v3") else {}
    if name in ("googlenet", "inception_v3"):
        options.update(transform_input=True, aux_logits=False)
    network = getattr(torchvision.models, name)(num_classes=10, **options).eval()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.uniform_(-0.1, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    side = 224 if name.startswith(("alexnet", "vgg")) else max(size, 75) if name == "inception_v3" else size
    is_open = index % 2 == 0
    path = os.path.join(folder, name + ".onnx")
    torch.onnx.export(
        network, torch.rand(1, 3, side, side), path, opset_version=opset, do_constant_folding=is_open, input_names=["images"], output_names=["logits"],
        dynamic_axes={"images": {0: "batch"}, "logits": {0: "batch"}} if is_open else None,
        training=torch.onnx.TrainingMode.EVAL if is_open else torch.onnx.TrainingMode.PRESERVE)
    print(path, side, "open" if is_open else "fixed")
