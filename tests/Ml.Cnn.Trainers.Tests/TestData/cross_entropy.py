"""The loss of four images and three classes: cross_entropy.py SMOOTHING WEIGHT,WEIGHT,WEIGHT"""
import sys
import torch

logits = torch.tensor([[1, 2, -1], [0, 0.5, 3], [-2, 0, 0.1], [4, 1, 1]], dtype=torch.float64)
weights = torch.tensor([float(weight) for weight in sys.argv[2].split(",")], dtype=torch.float64)
print(torch.nn.functional.cross_entropy(logits, torch.tensor([0, 2, 1, 2]), weight=weights, label_smoothing=float(sys.argv[1])).item())
