"""The study of parameter sharing: how symmetry leaves few parameters, in pictures. Nothing is trained for it.

Ravanbakhsh, Schneider, Poczos 2017 (arXiv 1702.08389); Hartford et al. 2018 (1803.02879); Zaheer et al. 2017
(1703.06114).
"""

import pandas as pd

from equidyn.domains.sharing.figures.bases import c4_maps, elements
from equidyn.domains.sharing.figures.sharing import orbits, scheme
from equidyn.domains.sharing.params import BasisPictures, Sharing, SharingScheme
from equidyn.report.figures.style import Picture, picture
from equidyn.report.numbers import counted, percent
from equidyn.report.sections.section import Section
from equidyn.report.tables import Table
from equidyn.symmetry.actions import grid_action
from equidyn.symmetry.groups import C4

NAME = "sharing"
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SCHEMES = (
    "A linear layer commutes with a group that permutes its inputs and outputs exactly if its weight stays the same "
    "wherever the group carries one pair (output index, input index) to another. So each orbit of the group on these "
    "pairs is one parameter, which all pairs of the orbit share (Ravanbakhsh, Schneider and Póczos 2017). Where every "
    "axis of an array may be permuted on its own, all that counts about a pair is on which axes its two indices "
    "agree: that leaves 2 parameters for a set (Zaheer et al. 2017), 4 for a matrix and 8 for an array of three axes "
    "(Hartford et al. 2018), however long the axes are.",
    "Each square is one weight of such a layer, from an array to another of the same shape, without a bias. Squares "
    "of one colour are one parameter; the more axes the two indices differ on, the lighter it is.",
)
_BASES = (
    "Quarter turns permute the pixels of a square grid too, but only in four ways: orbits are small, and parameters "
    "many, about a quarter of the weights of a dense layer. The matrices that are constant on one orbit, zero "
    "elsewhere, and of norm 1, are an orthonormal basis of all equivariant linear maps from one grid to another. They "
    "span the image of the Reynolds operator, which takes any matrix to its mean over the group.",
    "In the pictures, an output pixel reads the input pixel of its own shade, and the other pixels have no part. One "
    "quarter turn carries each such pair to the next; so all have the same weight, 1/2 where there are four. Every "
    "turn leaves the middle pixel of an odd grid in its place: where it has a part, all pairs have one shade.",
)


def sections(settings: Sharing) -> list[Section]:
    """Schemes and bases, each with its pictures and a table; drawn within `figures.style.styled`."""
    return [
        Section("Sharing schemes", _SCHEMES, [_scheme(one) for one in settings.schemes], [_orbits(settings.schemes)]),
        Section("Bases of equivariant maps", _BASES, [_basis(one) for one in settings.bases], [_ranks(settings.bases)]),
    ]


def _scheme(settings: SharingScheme) -> Picture:
    found = [orbit for orbit in orbits(settings.sizes, settings.axes) if orbit.entries]
    group = " × ".join(f"S{str(size).translate(_LOWERED)}" for size in settings.sizes)
    caption = (
        f"An array of {_times(settings.sizes)} entries ({' × '.join(settings.axes)}) under {group}, the permutations "
        f"of each axis: {settings.indices**2:,} weights, {counted(len(found), 'parameter')}.{_blocks(settings.axes)}"
    )
    text = "; ".join(f"{orbit.name} ({counted(orbit.entries, 'weight')})" for orbit in found)
    alt = f"Matrix of weights as coloured squares, one colour per parameter: {text}."
    drawn = scheme(settings.sizes, settings.axes)
    return picture(f"{NAME}-{'x'.join(map(str, settings.sizes))}", caption, alt, drawn)


def _blocks(axes: list[str]) -> str:
    """What the lines in the picture of a scheme part."""
    first, *inner = axes
    if not inner:
        return ""
    within = f" and, in each, {inner[0]} by {inner[0]}" if len(inner) > 1 else ""
    return (
        f" Entries are numbered {first} by {first}{within}; a block between white lines has the outputs of one {first} "
        f"and the inputs of one {first}."
    )


def _basis(settings: BasisPictures) -> Picture:
    inputs, outputs = settings.inputs, settings.outputs
    count = c4_maps(inputs, outputs).count
    which = f"The first {settings.shown} of {count:,}" if settings.shown < count else f"All {count:,}"
    grids = f"{_times([inputs] * 2)} to {_times([outputs] * 2)} pixels"
    caption = f"{which} basis elements of the C4-equivariant linear maps from {grids}, row by row."
    alt = (
        "Pairs of pixel grids, one per basis element: shaded pixels of the input grid, and the pixels of the output "
        "grid that read them; each set of four is one pixel in the four positions to which quarter turns bring it."
    )
    return picture(f"{NAME}-basis-{inputs}-{outputs}", caption, alt, elements(inputs, outputs, settings.shown))


def _orbits(schemes: list[SharingScheme]) -> Table:
    rows = [
        ["x".join(map(str, one.sizes)), ", ".join(one.axes), orbit.name, orbit.entries, orbit.entries / one.indices**2]
        for one in schemes
        for orbit in orbits(one.sizes, one.axes)
    ]
    data = pd.DataFrame(rows, columns=["scheme", "axes", "orbit", "entries", "share"])
    view = pd.DataFrame(
        {
            "array": data["scheme"].str.replace("x", " × "),
            "axes": data["axes"],
            "orbit": data["orbit"],
            "weights": data["entries"].map("{:,}".format),
            "share": data["share"].map(percent),
        }
    )
    return Table(NAME, "The parameters of each scheme, and how many weights share each.", data, view)


def _ranks(bases: list[BasisPictures]) -> Table:
    order = grid_action(C4, 1).order
    rows = [[one.inputs, one.outputs, order, c4_maps(one.inputs, one.outputs).count] for one in bases]
    data = pd.DataFrame(rows, columns=["inputs", "outputs", "group_order", "rank"])
    data["dense_parameters"] = data["inputs"] ** 2 * data["outputs"] ** 2
    view = pd.DataFrame(
        {
            "input grid": [_times([one.inputs] * 2) for one in bases],
            "output grid": [_times([one.outputs] * 2) for one in bases],
            "order of the group": data["group_order"],
            "equivariant maps: parameters (rank)": data["rank"].map("{:,}".format),
            "dense maps: parameters": data["dense_parameters"].map("{:,}".format),
        }
    )
    return Table(f"{NAME}-bases", "Parameters of C4-equivariant and of dense linear maps.", data, view)


def _times(sizes: list[int]) -> str:
    return " × ".join(map(str, sizes))
