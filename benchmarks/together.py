"""Lie derivative, sharpness and Hessian maxima of one net together: processor time of ours and of the published ways.

    python benchmarks/together.py            # a net of about 650 k parameters, 64 x 64; some minutes
    python benchmarks/together.py --small    # the sizes of the default study

In the published proportions: the Lie derivative on 16 windows, sharpness over the whole training split, maxima on
batches of 10 % of it. Each part is that of its own benchmark (lie.py, sharpness.py, hessian.py), which says what is
compared; power iteration stops by its own rule, at less than the accuracy of ours. fp32, one thread. Written to
benchmarks/results/together.csv.
"""

import argparse

import lie
import sharpness
import torch
from hessian import by_lanczos, by_power_iteration
from results import save_and_show
from sharpness import seconds
from subjects import LARGE, SMALL, STUDY, Size, learned

from equidyn.measures.landscape import Hessian, Landscape, dealt, training_windows
from equidyn.measures.subject import Subject
from equidyn.models.registry import count_parameters
from equidyn.params import load

BATCH = {LARGE.side: 2, SMALL.side: 16}  # windows of a batch of the maxima (published: 16)


def lie_derivatives(subject: Subject) -> tuple[float, float]:
    """Seconds of ours and of the published way."""
    fields = training_windows(subject, lie.WINDOWS, 1).inputs
    ours, _ = seconds(lambda: lie.by_one_forward_pass(subject.task, subject.network, fields))
    published, _ = seconds(lambda: lie.by_two_backward_passes(subject.task, subject.network, fields, lie.interpolated))
    return ours, published


def sharpnesses(subject: Subject, size: Size) -> tuple[float, float]:
    """Seconds of ours, on a sample of windows, and of the published way, on all."""
    chosen, loader = training_windows(subject, sharpness.WINDOWS[size.side], 1), subject.sample("train", 10**6, 1)
    ours, _ = seconds(lambda: sharpness.our_way(subject, chosen))
    published, _ = seconds(lambda: sharpness.published_way(subject, loader))
    return ours, published


def maxima(subject: Subject, size: Size) -> tuple[float, float]:
    """Seconds of ours and of the published way, on the same batches."""
    share = len(subject.task.starts("train", 1)) // 10
    batches = dealt(training_windows(subject, share, 1), -(-share // BATCH[size.side]))
    landscapes = [Landscape(subject.network, subject.task, batch) for batch in batches]
    ours, _ = seconds(lambda: [by_lanczos(Hessian(landscape)) for landscape in landscapes])
    published, _ = seconds(lambda: [by_power_iteration(Hessian(landscape), 1e-3) for landscape in landscapes])
    return ours, published


def compare(subject: Subject, model: str, size: Size) -> dict:
    """One row: seconds of each, and of all."""
    parts = {"lie": lie_derivatives(subject), "sharpness": sharpnesses(subject, size), "hessian": maxima(subject, size)}
    parts["together"] = tuple(map(sum, zip(*parts.values(), strict=True)))
    row = {"model": model, "parameters": count_parameters(subject.network), "side": size.side}
    for name, (ours, published) in parts.items():
        row |= {
            f"{name}: ours [s]": round(ours, 2),
            f"{name}: published [s]": round(published, 2),
            f"{name}: ratio": round(published / ours, 1),
        }
    return row


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="the sizes of the default study")
    size = SMALL if parser.parse_args().small else LARGE
    torch.set_num_threads(1)
    study = load().studies[STUDY]
    rows = []
    for model in size.hidden:
        subject = learned(study, model, size)
        lie_derivatives(subject)  # warms up
        rows.append(compare(subject, model, size))
    save_and_show("together_small" if size is SMALL else "together", rows)


if __name__ == "__main__":
    main()
