"""
The loss of three images, two of which are mixed with one another, and its gradient, in float64 and by the papers' formulas; a line for each case:
losses.py CASE CASE …, where a case is NAME[:NUMBER,…]/SMOOTHING/WEIGHT,WEIGHT,WEIGHT/SHARE
"""
import sys
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
labels, others = torch.tensor([0, 2, 1]), torch.tensor([2, 0, 1])


def one_hot(of):
    return F.one_hot(of, 3).double()


def write(case):
    loss, smoothing, weights, share = case.split("/")
    name, _, numbers = loss.partition(":")
    numbers = [float(number) for number in numbers.split(",")] if numbers else []
    smoothing, share = float(smoothing), float(share)
    weights = torch.tensor([float(weight) for weight in weights.split(",")], dtype=torch.float64)
    logits = torch.tensor([[1, 2, -1], [0, 0.5, 3], [-2, 0, 0.1]], dtype=torch.float64, requires_grad=True)
    p = logits.softmax(1)

    def smoothed(targets):
        return targets * (1 - smoothing) + smoothing / 3

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
            log_targets = (1 - targets) * log_of_zero
            return weights[of] * (alpha * F.cross_entropy(logits, of, reduction="none") - beta * (p * log_targets).sum(1))
        raise SystemExit(name)

    if name == "binary":
        targets = (share * one_hot(labels) + (1 - share) * one_hot(others)).gt(numbers[0]).double()  # timm's target_threshold
        losses = F.binary_cross_entropy_with_logits(logits, smoothed(targets), reduction="none").mean(1)
        losses = losses * (share * weights[labels] + (1 - share) * weights[others])
    else:
        losses = share * each(labels) + (1 - share) * each(others)
    mean = losses.sum() / weights[labels].sum()
    mean.backward()
    print(mean.item(), *logits.grad.flatten().tolist())


for case in sys.argv[1:]:
    write(case)
