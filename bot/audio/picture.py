"""The picture of a sound: its loudest samples as an outline, its loudness as the body within.

Each pixel is one byte, a step on a ramp from the background to the colour or to the grey of the
labels; so edges are smooth, and the PNG stays small.
"""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from bot.audio.sound import Envelope, Sound, clock

WIDTH, HEIGHT = 1200, 300
LEFT, RIGHT, TOP, BOTTOM = 24, 24, 20, 84  # margins around the wave
BACKGROUND = 0x16181D
LABELS = 0xB9BEC8
CONTRAST = 4.0  # of the colour to the background; WCAG 2.2, 1.4.11 asks for 3 at least

OUTLINE, BODY = 0.42, 1.0  # how far up the ramp
GRID, TEXT = 0.16, 1.0
FONT_PX = 56  # a phone shows the picture at 0.3 of its size
TICK_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800)
TICKS_LIMIT = 5
LABEL_GAP_PX = 40

_RAMP = 128  # steps of each of the two ramps
Plane = NDArray[np.float32]  # (HEIGHT, WIDTH), 0 to 1
_INNER = WIDTH - LEFT - RIGHT


def draw(sound: Sound, colour: int) -> bytes:
    """A PNG of `WIDTH` by `HEIGHT` pixels; `colour` is 0xRRGGBB, lightened if it is too dark."""
    wave, middle = np.zeros((HEIGHT, WIDTH), np.float32), (TOP + HEIGHT - BOTTOM) / 2
    columns = slice(LEFT, WIDTH - RIGHT)
    if not sound.silent:
        lows, highs, rms = _at_pixels(sound.envelope)
        scale = (HEIGHT - TOP - BOTTOM) / 2 / max(highs.max(), -lows.min())
        top, bottom = middle - highs * scale, middle - lows * scale
        wave[:, columns] = OUTLINE * _filled(top, bottom)
        # A sound that leans to one side is louder than its other side is high.
        inner = np.maximum(middle - rms * scale, top), np.minimum(middle + rms * scale, bottom)
        body = BODY * _filled(*inner)
        wave[:, columns] = np.maximum(wave[:, columns], body)
    line = _filled(np.full(_INNER, middle - 0.75), np.full(_INNER, middle + 0.75))
    wave[:, columns] = np.maximum(wave[:, columns], 0.6 * line)
    return _png(wave, _labels(sound), colour)


def _at_pixels(envelope: Envelope) -> list[NDArray[np.float64]]:
    """Lows, highs and RMS, from the envelope's columns to columns of pixels."""
    columns = np.arange(_INNER)
    count = len(envelope.rms)
    centres = (np.arange(count) + 0.5) * _INNER / count
    return [
        np.interp(columns + 0.5, centres, values)
        for values in (envelope.lows, envelope.highs, envelope.rms)
    ]


def _filled(top: NDArray[Any], bottom: NDArray[Any]) -> Plane:
    """How much of each pixel lies between two curves: that is what makes edges smooth."""
    rows = np.arange(HEIGHT, dtype=np.float32)[:, None]
    above, below = top.astype(np.float32), bottom.astype(np.float32)
    filled: Plane = np.clip(np.minimum(below, rows + 1) - np.maximum(above, rows), 0, 1)
    return filled


def _labels(sound: Sound) -> Plane:
    """Grid, and the time below: it is the only text, and the same in every language."""
    image = Image.new("L", (WIDTH, HEIGHT))
    canvas = ImageDraw.Draw(image)
    font = ImageFont.load_default(FONT_PX)
    for at_px in (TOP, HEIGHT - BOTTOM):
        canvas.line([(LEFT, at_px), (WIDTH - RIGHT - 1, at_px)], fill=round(255 * GRID))
    for at_px, text, anchor in _time_labels(sound.duration_s, font):
        canvas.line([(at_px, TOP), (at_px, HEIGHT - BOTTOM + 5)], fill=round(255 * GRID))
        canvas.text((at_px, HEIGHT - BOTTOM + 10), text, fill=255, font=font, anchor=anchor)
    return np.asarray(image, np.float32) / np.float32(255)


def _time_labels(
    duration_s: float, font: ImageFont.FreeTypeFont | ImageFont.ImageFont
) -> list[tuple[int, str, str]]:
    """Place, text and anchor of each tick; both ends always, and between them what has room."""
    end = clock(duration_s)
    step_s = next((step for step in TICK_STEPS_S if duration_s / step <= TICKS_LIMIT), duration_s)
    labels = [(LEFT, clock(0), "la")]
    room_until = WIDTH - RIGHT - font.getlength(end) - LABEL_GAP_PX
    for number in range(1, int(duration_s / step_s) + 1):
        at_px = LEFT + round(number * step_s / duration_s * (_INNER - 1))
        text = clock(number * step_s)
        if at_px + font.getlength(text) / 2 < room_until:
            labels.append((at_px, text, "ma"))
    return [*labels, (WIDTH - RIGHT - 1, end, "ra")]


def _png(wave: Plane, labels: Plane, colour: int) -> bytes:
    """Two ramps in one palette: a pixel belongs to the wave wherever there is one."""
    steps = np.where(wave > 0, np.round(wave * (_RAMP - 1)), _RAMP + np.round(labels * (_RAMP - 1)))
    image = Image.fromarray(steps.astype(np.uint8), "P")
    ramps = [_ramp(_readable(_rgb(colour))), _ramp(_rgb(LABELS))]
    image.putpalette(np.concatenate(ramps).round().astype(np.uint8).tobytes())
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=4)  # more takes longer than sending the rest
    return file.getvalue()


def _ramp(colour: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.linspace(_rgb(BACKGROUND), colour, _RAMP)


def _rgb(colour: int) -> NDArray[np.float64]:
    return np.array([colour >> 16 & 0xFF, colour >> 8 & 0xFF, colour & 0xFF], float)


def _readable(colour: NDArray[np.float64]) -> NDArray[np.float64]:
    """The colour, or so much nearer to white that it stands out from the background."""
    background = _luminance(_rgb(BACKGROUND))
    for share in np.linspace(0, 1, 21):
        lighter = colour + (255 - colour) * share
        if (_luminance(lighter) + 0.05) / (background + 0.05) >= CONTRAST:
            return np.asarray(lighter)
    return np.full(3, 255.0)


def _luminance(colour: NDArray[np.float64]) -> float:
    """The relative luminance of WCAG 2.2, between 0 and 1."""
    share = colour / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))
