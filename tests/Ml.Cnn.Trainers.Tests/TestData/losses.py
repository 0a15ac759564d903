"""
The loss of three images, two of which are mixed with one another, and its gradient, in float64 and by the papers' formulas:
losses.py NAME[:NUMBER,…] SMOOTHING WEIGHT,WEIGHT,WEIGHT SHARE
"""
import sys
import torch
import torch.nn.functional as F

name, _, numbers = sys.argv[1].partition(":")
numbers = [float(number) for number in numbers.split(",")] if numbers else []
smoothing, share = float(sys.argv[2]), float(sys.argv[4])
weights = torch.tensor([float(weight) for weight in sys.argv[3].split(",")], dtype=torch.float64)
logits = torch.tensor([[1, 2, -1], [0, 0.5, 3], [-2, 0, 0.1]], dtype=torch.float64, requires_grad=True)
labels, others = torch.tensor([0, 2, 1]), torch.tensor([2, 0, 1])
p = logits.softmax(1)


def smoothed(targets):
    return targets * (1 - smoothing) + smoothing / 3


def one_hot(of):
    return F.one_hot(of, 3).double()


def each(of):
    targets = one_hot(of)
    if name == "cross-entropy":  # each class's term has the class's weight, as in PyTorch
        return -(weights * smoothed(targets) * p.log()).sum(1)
    if name == "focal":
        return -(weights * smoothed(targets) * (1 - p) ** numbers[0] * p.log()).sum(1)
    if name == "generalized":
        return weights[of] * (1 - (p * targets).sum(1) ** numbers[0]) / numbers[0]
    if name == "symmetric":
        alpha, beta, log_of_zero = numbers
        log_targets = torch.where(targets > 0, torch.zeros(()).double(), torch.tensor(log_of_zero).double())
        return weights[of] * (alpha * F.cross_entropy(logits, of, reduction="none") - beta * (p * log_targets).sum(1))
    raise SystemExit(name)


if name == "binary":
    targets = (share * one_hot(labels) + (1 - share) * one_hot(others)).gt(numbers[0]).double()  # timm's target_threshold
    losses = F.binary_cross_entropy_with_logits(logits, smoothed(targets), reduction="none").mean(1)
    losses = losses * (share * weights[labels] + (1 - share) * weights[others])
else:
    losses = share * each(labels) + (1 - share) * each(others)
loss = losses.sum() / weights[labels].sum()
loss.backward()
print(loss.item(), *logits.grad.flatten().tolist())
