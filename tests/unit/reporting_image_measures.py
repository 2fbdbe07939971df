"""Synthetic measures of nets on digits, with numbers that are made up but plausible, and examples to look at."""

import math
from typing import Any

import numpy as np

ROUND_OFF = 2e-7
LATENT = 9
SHIFTS = 6  # the largest, in pixels
LAYERS = ("conv1", "pool1", "conv2", "pool2", "fc1", "logits")
STRIDES = {"conv1": 1, "pool1": 2, "conv2": 2, "pool2": 4}
MOST = math.log(4)  # entropy of four equal weights [nats]
LIMITS = {
    "mean_image": 0.0522,
    "pca": {"upright": 0.0261, "rotated": 0.0583},
    "pca_best": 0.0258,
    "pca_symmetric": {"upright": 0.0352, "rotated": 0.0352},
    "pca_symmetric_best": 0.0349,
}
# MSE per pixel on upright and on turned test images, by the beginning of a variant's name.
_ERRORS = {
    "ae-aug": (0.0221, 0.0222),
    "ae-small": (0.0224, 0.0671),
    "ae": (0.0163, 0.0713),
    "equivariant-ae-attention-wide": (0.0189, 0.0189),
    "equivariant-ae-attention": (0.0243, 0.0243),
    "equivariant-ae-wide": (0.0204, 0.0204),
    "equivariant-ae-scaled": (0.0258, 0.0258),
    "equivariant-ae": (0.0266, 0.0266),
}
# Accuracy upright and turned.
_ACCURACIES = {"cnn-aug": (0.978, 0.977), "cnn": (0.988, 0.412), "gcnn": (0.985, 0.985)}
# Bars of a seven-segment display that make up each digit: rows from, to, columns from, to, in shares of a side.
_BARS = {
    "a": (0.15, 0.25, 0.3, 0.7),
    "b": (0.2, 0.5, 0.62, 0.74),
    "c": (0.5, 0.8, 0.62, 0.74),
    "d": (0.76, 0.87, 0.3, 0.7),
    "e": (0.5, 0.8, 0.28, 0.4),
    "f": (0.2, 0.5, 0.28, 0.4),
    "g": (0.45, 0.55, 0.3, 0.7),
}
_DIGITS = ("abcdef", "bc", "abged", "abgcd", "fgbc", "afgcd", "afgedc", "abc", "abcdefg", "abcdfg")
Tree = dict[str, Any]
Arrays = dict[str, np.ndarray]


def reconstruct_measures(variant: str, side: int, random: np.random.Generator, strict: bool) -> tuple[Tree, Arrays]:
    """Every measure of an auto-encoder, and its example."""
    upright, turned = np.array(_of(_ERRORS, variant)) * (1 + 0.01 * random.standard_normal())
    noise = ROUND_OFF * random.random(4) if strict else 0.02 * random.standard_normal(4)
    by_turn = np.array([upright, turned, turned, turned]) * (1 + noise)
    by_turn[0] = upright
    rotated = float(by_turn[1:].mean())
    attentive = "attention" in variant
    found = {
        "reconstruction": LIMITS
        | {
            "upright": upright,
            "by_turn": by_turn.tolist(),
            "rotated": rotated,
            "excess": rotated / upright - 1,
            "drift": float(np.abs(by_turn / upright - 1).max()),
            "latent": LATENT,
        },
        "angles": _angles(by_turn, strict),
        "attention": _attention(random) if attentive else {},
        "audit/reconstruction": {"upright": upright, "rotated": rotated * (1 + 0.001 * random.standard_normal())},
    }
    return found, _example(side, (upright, turned), random, strict, attentive)


def recognise_measures(variant: str, side: int, random: np.random.Generator, strict: bool) -> tuple[Tree, Arrays]:
    """Every measure of a net that tells digits apart; no example (see `answers`)."""
    upright, turned = _of(_ACCURACIES, variant)
    upright -= 0.001 * random.random()
    degrees, shift = list(range(0, 181, 15)), list(range(SHIFTS + 1))
    wave = np.abs(np.sin(2 * np.radians(degrees))) * 0.02
    fall = np.sin(np.radians(degrees) / 2) ** 2
    sorting = _layers(random, strict, 0.7) | {"shift": shift[1:]}
    sorting["agreement"] = {"translation": 0.21 + 0.01 * random.random(), "rotation": 0.4}
    return {
        "recognition": {
            "accuracy": upright,
            "loss": 0.035,
            "train_accuracy": upright + 0.004,
            "train_loss": 0.02,
            "rotated": upright if strict else turned,
            "guess": 0.1135,
        },
        "motions": {
            "shift": shift,
            "shift_accuracy": [upright - 0.004 * at**1.8 for at in shift],
            "inside": 433,
            "degrees": degrees,
            "angle_accuracy": (upright - (wave if strict else (upright - turned) * fall)).tolist(),
        },
        "layer_equivariance": _layers(random, strict, 1.0) | {"shift": shift[1:]},
        "audit/sorting": sorting,
        "layer_lie": _lie(strict),
    }, {}


def answers(accuracy: float, count: int, random: np.random.Generator) -> Arrays:
    """Logits (count, 10) and labels (count,) of a net that is right so often."""
    labels = random.integers(0, 10, count)
    logits = random.standard_normal((count, 10))
    told = np.where(random.random(count) < accuracy, labels, (labels + 1) % 10)
    logits[np.arange(count), told] += 12
    return {"logits": logits.astype(np.float32), "labels": labels.astype(np.int64)}


def glyphs(side: int) -> np.ndarray:
    """Ten digits of bars, (10, side, side) from 0 to 1; the first row is the top."""
    images = np.zeros((10, side, side))
    for image, bars in zip(images, _DIGITS, strict=True):
        for bar in bars:
            top, bottom, left, right = (round(side * share) for share in _BARS[bar])
            image[top : max(bottom, top + 1), left : max(right, left + 1)] = 1.0
    return images


def _of(table: dict[str, Any], variant: str) -> Any:
    return next(value for name, value in table.items() if variant.startswith(name))


def _angles(by_turn: np.ndarray, strict: bool) -> Tree:
    """Between the exact turns images are blurred, which are easier; equal in all quarters if the net is strict."""
    degrees = np.arange(0, 360, 15)
    ends = np.append(by_turn, by_turn[0])
    straight = np.interp(degrees, np.arange(0, 361, 90), ends)
    between = np.abs(np.sin(2 * np.radians(degrees)))
    return {"degrees": degrees.tolist(), "mse": (straight * (1 + (0.1 if strict else -0.1) * between)).tolist()}


def _attention(random: np.random.Generator) -> Tree:
    entropy = 0.82 + 0.02 * random.random()
    shares = np.exp(-(((np.arange(20) + 0.5) / 20 * MOST - entropy) ** 2) / 0.08)
    return {
        "entropy": entropy,
        "concentration": 1 - entropy / MOST,
        "largest": 0.66,
        "variation": 0.24 + 0.01 * random.random(),
        "mean": [0.31, 0.22, 0.26, 0.21],
        "entropy_at": ((np.arange(20) + 0.5) / 20 * MOST).tolist(),
        "entropy_share": (shares / shares.sum()).tolist(),
    }


def _example(
    side: int, errors: tuple[float, float], random: np.random.Generator, strict: bool, attentive: bool
) -> Arrays:
    """Six digits and what is left of them, with as much noise as the errors upright and turned say."""
    inputs = glyphs(side)[:6]
    turns, upright = _turns(inputs), _blurred(inputs, errors[0], random)
    steps = np.linspace(-2, 2, 5)[:, None, None]
    shapes = random.standard_normal((LATENT, 1, side, side)) * inputs.max(axis=0)
    arrays = {
        "inputs": inputs,
        "upright": upright,
        "turned_inputs": turns,
        "turned": _turns(upright) if strict else _blurred(turns, errors[1], random),
        "traversal": np.clip(inputs[0] * 0.8 + 0.25 * steps * shapes, 0, 1),
    }
    if attentive:
        arrays["attention"] = random.dirichlet([0.8] * 4, size=6)
    return {name: np.ascontiguousarray(array, dtype=np.float32) for name, array in arrays.items()}


def _turns(images: np.ndarray) -> np.ndarray:
    """The images after one, two and three quarter turns, (image, turn, y, x)."""
    return np.stack([np.rot90(images, -turns, axes=(-2, -1)) for turns in (1, 2, 3)], axis=1)


def _blurred(images: np.ndarray, error: float, random: np.random.Generator) -> np.ndarray:
    """The images with so much noise per pixel, where values allow."""
    return np.clip(images * 0.9 + math.sqrt(error) * random.standard_normal(images.shape), 0, 1)


def _layers(random: np.random.Generator, strict: bool, usual: float) -> Tree:
    """Errors per layer: small on feature maps at whole strides, larger between them; none of a strict net's turns."""
    found: Tree = {"translation": {}, "rotation": {}}
    for place, layer in enumerate(LAYERS):
        stride = STRIDES.get(layer, 1)
        shifts = np.arange(1, SHIFTS + 1)
        whole = shifts % stride == 0
        base = np.array([1.2 - 0.05 * place] * SHIFTS)
        ratio = np.where(whole, 1e-7, 0.3 + 0.05 * place) if layer in STRIDES else 0.1 * shifts + 0.05
        ratio = usual * ratio * (1 + 0.05 * random.random())
        found["translation"][layer] = _ratios(ratio, base, whole, layer)
        turns = np.full(3, ROUND_OFF if strict else usual * (0.8 if layer in STRIDES else 0.9))
        found["rotation"][layer] = {
            "error": (turns * base[:3]).tolist(),
            "random": base[:3].tolist(),
            "ratio": float(turns.mean()),
        }
    return found


def _ratios(ratio: np.ndarray, base: np.ndarray, whole: np.ndarray, layer: str) -> Tree:
    tree = {"error": (ratio * base).tolist(), "random": base.tolist(), "ratio": float(ratio.mean())}
    tree["whole"] = float(ratio[whole].mean())
    if not whole.all():
        tree["fractional"] = float(ratio[~whole].mean())
    return tree | ({"border": float(ratio.mean() + 0.04)} if layer in STRIDES else {})


def _lie(strict: bool) -> Tree:
    rising = {layer: 0.2 + 0.03 * place for place, layer in enumerate(LAYERS)}
    turning = {layer: None if strict and layer in STRIDES else 3 * value for layer, value in rising.items()}
    return {"translation": rising, "rotation": turning}
