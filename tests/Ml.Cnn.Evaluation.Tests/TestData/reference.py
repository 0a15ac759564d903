#!/usr/bin/env python3
"""Writes reference.json: drawn scores of two networks, and what scikit-learn and SciPy say of them.

    python3 reference.py    # Debian: python3-sklearn

Scores are rounded, so that many are equal; the last class has no image.
"""
import json
import pathlib

import numpy as np
from scipy import stats
from sklearn import calibration, metrics

IMAGES, CLASSES, BINS = 162, 7, 15  # 161 and 15 have no common divisor: no quantile falls on an image, where rounding would decide


def scores_of(labels, skill, rng):
    logits = rng.normal(size=(IMAGES, CLASSES))
    logits[np.arange(IMAGES), labels] += skill
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return np.round(probabilities, 2).astype(np.float32)


def without_nan(values):
    return [None if np.isnan(value) else float(value) for value in values]


def calibrated(confidence, right, strategy):
    accuracy, probability = calibration.calibration_curve(right, confidence, n_bins=BINS, strategy=strategy)
    if strategy == "uniform":
        edges = np.linspace(0, 1, BINS + 1)
    else:
        edges = np.percentile(confidence, np.linspace(0, 1, BINS + 1) * 100)
    bins = np.searchsorted(edges[1:-1], confidence)
    images = np.bincount(bins, minlength=BINS)
    images = images[images > 0]
    error = (images * np.abs(accuracy - probability)).sum() / len(confidence)
    return {"images": images.tolist(), "accuracy": accuracy.tolist(), "probability": probability.tolist(), "error": float(error)}


def measured(labels, scores):
    predicted, classes = scores.argmax(axis=1), np.arange(CLASSES)
    right, confidence = predicted == labels, np.round(scores.max(axis=1).astype(np.float64), 2)
    precision, recall, f1, support = metrics.precision_recall_fscore_support(labels, predicted, labels=classes, zero_division=0)
    one_hot = np.eye(CLASSES)[labels]
    present = support > 0
    order = np.argsort(-scores, axis=1, kind="stable")
    return {
        "scores": [[round(float(score), 2) for score in row] for row in scores],
        "accuracy": metrics.accuracy_score(labels, predicted),
        "top": [float((order[:, :k] == labels[:, None]).any(axis=1).mean()) for k in range(1, 6)],
        "balancedAccuracy": metrics.balanced_accuracy_score(labels, predicted),
        "macroF1": float(f1[present | (np.bincount(predicted, minlength=CLASSES) > 0)].mean()),
        "logLoss": float(-np.log(np.maximum(scores[np.arange(IMAGES), labels].astype(np.float64), 1e-15)).mean()),
        "brier": float(((scores.astype(np.float64) - one_hot) ** 2).sum(axis=1).mean()),
        "precision": precision.tolist(),
        "recall": recall.tolist(),
        "f1": f1.tolist(),
        "support": support.tolist(),
        "confusion": metrics.confusion_matrix(labels, predicted, labels=classes).tolist(),
        "averagePrecision": without_nan(
            [metrics.average_precision_score(labels == c, scores[:, c]) if present[c] else np.nan for c in classes]),
        "rocArea": without_nan([metrics.roc_auc_score(labels == c, scores[:, c]) if present[c] else np.nan for c in classes]),
        "equalWidth": calibrated(confidence, right, "uniform"),
        "equalMass": calibrated(confidence, right, "quantile"),
    }


def mid_p(one, other):
    least, every = min(one, other), one + other
    p = 2 * stats.binom.cdf(least, every, 0.5) - stats.binom.pmf(least, every, 0.5)
    return float(1 - stats.binom.pmf(least, every, 0.5) / 2 if one == other else p)


def main():
    rng = np.random.default_rng(20)
    labels = rng.integers(0, CLASSES - 1, IMAGES)
    one, other = scores_of(labels, 2.2, rng), scores_of(labels, 1.4, rng)
    right, other_right = one.argmax(axis=1) == labels, other.argmax(axis=1) == labels
    only, only_other = int((right & ~other_right).sum()), int((~right & other_right).sum())
    reference = {
        "labels": labels.tolist(),
        "one": measured(labels, one),
        "other": measured(labels, other),
        "mcnemar": {"onlyOne": only, "onlyOther": only_other, "midP": mid_p(only, only_other)},
    }
    path = pathlib.Path(__file__).with_name("reference.json")
    path.write_text(json.dumps(reference, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
