"""The colours that a site's one colour makes: the tokens of static/nicegate.css that carry it, in light and in dark.

The lightness of what was chosen is moved, in OKLCH, until what is read on it or in it has the contrast of WCAG 2.2
(1.4.3: 4.5 for text), and no further; hue and, as far as a screen can show it, chroma stay. So any colour can be taken.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import atan2, cos, hypot, sin
from typing import Final

STANDARD: Final = '#1d5fa8'
"""The colour of nicegate.css, for a site that has none of its own."""
TEXT_CONTRAST: Final = 4.5
SHAPE_CONTRAST: Final = 3.0
"""WCAG 2.2, 1.4.11: a filled button is to be seen on a dark ground."""

Linear = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Ground:
    """What a scheme has beside the accent: what stands under it, and what is written on its soft form."""

    surfaces: tuple[str, ...]
    texts: tuple[str, ...]
    dark: bool


LIGHT: Final = Ground(('#ffffff', '#f5f7fa', '#eef1f5'), ('#17202b', '#55606f'), dark=False)
DARK: Final = Ground(('#171c24', '#0f1319', '#1f2630'), ('#e7ebf0', '#9da9b8'), dark=True)


@dataclass(frozen=True, slots=True)
class Accent:
    """The tokens of one scheme. `accent` is text and edges, `soft` lies below text, `fill` below white words."""

    accent: str
    accent_strong: str
    accent_soft: str
    fill: str
    fill_strong: str


@dataclass(frozen=True, slots=True)
class Palette:
    light: Accent
    dark: Accent


@lru_cache(maxsize=8)
def palette(color: str) -> Palette:
    """The tokens that `#rrggbb` makes."""
    lightness, chroma, hue = _oklch(color)
    return Palette(_accent(lightness, chroma, hue, LIGHT), _accent(lightness, chroma, hue, DARK))


@lru_cache(maxsize=8)
def css(color: str) -> str:
    """The rules that put them in the place of the standard ones; '' for a site without a colour. Nothing of what was
    typed stands in them: each colour is written anew from its numbers.
    """
    if not color:
        return ''
    made = palette(color)
    rules = [(':root', made.light), ('body.body--dark', made.dark)]
    return ' '.join(f'{where} {{ {_tokens(accent)} }}' for where, accent in rules) + (
        f' body {{ --q-primary: {made.light.fill}; }} body.body--dark {{ --q-primary: {made.dark.fill}; }}'
    )


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2, from 1 to 21."""
    dark, light = sorted((_luminance(_linear(one)), _luminance(_linear(other))))
    return (light + 0.05) / (dark + 0.05)


def _tokens(accent: Accent) -> str:
    return ' '.join(f'--nc-{name.replace("_", "-")}: {getattr(accent, name)};' for name in Accent.__dataclass_fields__)


def _accent(lightness: float, chroma: float, hue: float, ground: Ground) -> Accent:
    soft = _hex(0.29 if ground.dark else 0.955, min(chroma, 0.045 if ground.dark else 0.018), hue)
    under = (*ground.surfaces, soft)

    def reads(color: str) -> bool:
        return all(contrast(color, each) >= TEXT_CONTRAST for each in under)

    def carries_white(color: str) -> bool:
        return contrast(color, '#ffffff') >= TEXT_CONTRAST

    def is_seen(color: str) -> bool:
        return not ground.dark or contrast(color, ground.surfaces[0]) >= SHAPE_CONTRAST

    away = 0.075 if ground.dark else -0.06
    text = _nearest(lightness, chroma, hue, reads)
    fill = _nearest(lightness, chroma, hue, lambda color: carries_white(color) and is_seen(color))
    return Accent(
        accent=_hex(text, chroma, hue),
        accent_strong=_hex(_nearest(text + away, chroma, hue, reads), chroma, hue),
        accent_soft=soft,
        fill=_hex(fill, chroma, hue),
        fill_strong=_hex(_nearest(fill + away / 3, chroma, hue, carries_white), chroma, hue),
    )


def _nearest(lightness: float, chroma: float, hue: float, fits: Callable[[str], bool]) -> float:
    """The lightness nearest to this one at which the colour, as a screen gets it, fits."""
    start = min(max(lightness, 0.0), 1.0)
    candidates = sorted((step / 500 for step in range(501)), key=lambda each: abs(each - start))
    return next(each for each in (start, *candidates) if fits(_hex(each, chroma, hue)))


# ------------------------------------------------------------------ sRGB and OKLCH (Björn Ottosson, 2020)


def _linear(color: str) -> Linear:
    red, green, blue = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return _from_gamma(red), _from_gamma(green), _from_gamma(blue)


def _from_gamma(value: float) -> float:
    return float(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)


def _to_gamma(value: float) -> float:
    return float(12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055)


def _luminance(rgb: Linear) -> float:
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]


def _oklch(color: str) -> tuple[float, float, float]:
    red, green, blue = _linear(color)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    lightness = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return lightness, hypot(a, b), atan2(b, a)


def _rgb(lightness: float, chroma: float, hue: float) -> Linear:
    a, b = chroma * cos(hue), chroma * sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def _hex(lightness: float, chroma: float, hue: float) -> str:
    """As a screen can show it: with less chroma where there is no such colour."""
    low, high = 0.0, chroma
    rgb = _rgb(lightness, chroma, hue)
    if not _exists(rgb):
        for _ in range(12):
            middle = (low + high) / 2
            low, high = (middle, high) if _exists(_rgb(lightness, middle, hue)) else (low, middle)
        rgb = _rgb(lightness, low, hue)
    return '#' + ''.join(f'{round(255 * min(max(_to_gamma(max(each, 0.0)), 0.0), 1.0)):02x}' for each in rgb)


def _exists(rgb: Linear) -> bool:
    return all(-0.0002 <= each <= 1.0002 for each in rgb)
