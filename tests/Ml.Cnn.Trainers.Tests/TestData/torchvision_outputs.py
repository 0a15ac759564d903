"""Runs ../shared/parity/generate.py for networks that refuse its state, since a state without PyTorch's versions is none of theirs.

    python3 torchvision_outputs.py GENERATE.PY FOLDER MODEL...
"""
import importlib.util
import sys

import torch
import torchvision

script, *arguments = sys.argv[1:]
torchvision.models.MNASNet._load_from_state_dict = torch.nn.Module._load_from_state_dict
spec = importlib.util.spec_from_file_location("generate", script)
generate = importlib.util.module_from_spec(spec)
spec.loader.exec_module(generate)
sys.argv = [script, *arguments]
generate.main()
