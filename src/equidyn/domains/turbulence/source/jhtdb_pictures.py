"""The picture of the card of pieces of turbulence: a slice through the middle of one sample, coarse and fine."""

from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from equidyn.domains.turbulence.source.volumes import Volumes

_SETTINGS = {"font.family": "DejaVu Sans", "font.size": 9, "axes.titlesize": 9.5}


def draw(folder: Path, made: Volumes) -> None:
    """Write slices.png: vx, vy, vz of the first training sample in the middle layer of z; x to the right, y upwards."""
    coarse, fine = (fields[0] for fields in made.of("train"))
    layers = [coarse[len(coarse) // 2][:, coarse.shape[-3] // 2], fine[:, fine.shape[-3] // 2]]
    with mpl.rc_context(_SETTINGS):
        _drawn(layers).savefig(folder / "slices.png", dpi=130)


def _drawn(layers: list[np.ndarray]) -> Figure:
    """layers: coarse and fine, (3, y, x) [velocity]; one scale of colours for all."""
    largest = max(float(np.abs(layer).max()) for layer in layers) or 1.0
    figure = Figure(figsize=(8.6, 5.6), layout="constrained")
    axes = figure.subplots(2, 3)
    for row, (words, layer) in enumerate(zip(("coarse", "fine"), layers, strict=True)):
        for column, component in enumerate("xyz"):
            panel = axes[row, column]
            shown = panel.imshow(layer[column], origin="lower", cmap="RdBu_r", vmin=-largest, vmax=largest)
            panel.set(xticks=[], yticks=[], title=f"v{component}, {words}, {layer.shape[-1]} voxels along an edge")
    figure.colorbar(shown, ax=axes, shrink=0.7, label="velocity of the database")
    return figure
