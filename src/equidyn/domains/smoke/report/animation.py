"""A rollout in motion: truth, prediction and error side by side, as a GIF."""

import io
from pathlib import Path

import matplotlib as mpl
import numpy as np
from PIL import Image, ImageColor, ImageDraw, ImageFont

from equidyn.domains.smoke.report.example import Example
from equidyn.domains.smoke.report.figures.fields import ERROR_MAP, SPEED_MAP, speed
from equidyn.domains.smoke.report.wording import VELOCITY_UNIT
from equidyn.report.figures.style import INK

PANEL = 170  # pixels, about: three are as wide as a chart, so that no browser shrinks the letters
GAP, HEAD, FOOT, BAR = 14, 26, 44, 8
FRAME_MS, LAST_MS = 450, 1500
SHADES = 120  # of each colour map in the palette that all frames share


def animate(example: Example) -> bytes:
    """A looping GIF of the start and every step; speeds share one colour scale, errors have their own."""
    truth = speed(np.concatenate([example.start[None], example.truth]))
    prediction = speed(np.concatenate([example.start[None], example.prediction]))
    error = np.concatenate([np.zeros_like(truth[:1]), speed(example.prediction - example.truth)])
    rows = [("truth", truth, SPEED_MAP), ("prediction", prediction, SPEED_MAP), ("error", error, ERROR_MAP)]
    tops = [float(truth.max()), float(truth.max()), _largest(error)]
    frames = [_frame(rows, tops, step) for step in range(len(truth))]
    return _gif(frames)


def _frame(rows: list[tuple[str, np.ndarray, str]], tops: list[float], step: int) -> Image.Image:
    scale = max(1, PANEL // rows[0][1].shape[-1])
    side = scale * rows[0][1].shape[-1]
    canvas = Image.new("RGB", (3 * side + 2 * GAP, HEAD + side + FOOT), "white")
    pen = ImageDraw.Draw(canvas)
    for place, ((label, fields, colours), top) in enumerate(zip(rows, tops, strict=True)):
        left = place * (side + GAP)
        canvas.paste(_panel(fields[step], colours, top, scale), (left, HEAD))
        canvas.paste(_scale_bar(colours, side), (left, HEAD + side + 6))
        head = f"{label}, step {step} of {len(fields) - 1}" if place == 0 else label
        pen.text((left, 4), head, fill=INK, font=_font(13))
        pen.text((left, HEAD + side + 18), "0", fill=INK, font=_font(11))
        pen.text((left + side, HEAD + side + 18), f"{top:.2g} {VELOCITY_UNIT}", fill=INK, font=_font(11), anchor="ra")
    return canvas


def _panel(field: np.ndarray, colours: str, top: float, scale: int) -> Image.Image:
    """The field with its row index growing upwards, each cell scale x scale pixels."""
    upright = np.flipud(field / (top or 1.0))
    painted = mpl.colormaps[colours](np.ma.masked_invalid(upright), bytes=True)[..., :3]
    return Image.fromarray(painted.repeat(scale, 0).repeat(scale, 1))


def _scale_bar(colours: str, side: int) -> Image.Image:
    ramp = mpl.colormaps[colours](np.linspace(0, 1, side), bytes=True)[None, :, :3]
    return Image.fromarray(ramp.repeat(BAR, 0))


def _largest(error: np.ndarray) -> float:
    return float(error[np.isfinite(error)].max(initial=0.0)) or 1.0


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(Path(mpl.get_data_path()) / "fonts/ttf/DejaVuSans.ttf"), size)


def _gif(frames: list[Image.Image]) -> bytes:
    durations = [FRAME_MS] * (len(frames) - 1) + [LAST_MS]
    palette = _palette()
    first, *rest = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    file = io.BytesIO()
    first.save(file, format="GIF", save_all=True, append_images=rest, duration=durations, loop=0)
    return file.getvalue()


def _palette() -> Image.Image:
    """Both colour maps, and 16 greys from the ink of the letters to the white of the page."""
    maps = [mpl.colormaps[name](np.linspace(0, 1, SHADES), bytes=True)[:, :3] for name in (SPEED_MAP, ERROR_MAP)]
    greys = np.linspace(ImageColor.getrgb(INK), (255, 255, 255), 16).round()
    holder = Image.new("P", (1, 1))
    holder.putpalette(np.concatenate([*maps, greys]).astype(np.uint8).ravel().tolist())
    return holder
