"""Whatever colour a site has, what is written in it or on it can be read, in light and in dark."""

import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ui import colors, theme
from ui.colors import DARK, LIGHT, Accent, Ground, contrast

COLORS = st.integers(0, 0xFFFFFF).map(lambda number: f'#{number:06x}')
TOKENS = re.compile(r'--nc-([a-z-]+): (#[0-9a-f]{6});')


def readable(accent: Accent, ground: Ground) -> bool:
    under = (*ground.surfaces, accent.accent_soft)
    pairs = [(text, each) for text in (accent.accent, accent.accent_strong) for each in under]
    pairs += [(text, accent.accent_soft) for text in ground.texts]
    pairs += [('#ffffff', fill) for fill in (accent.fill, accent.fill_strong)]
    return all(contrast(*pair) >= 4.5 for pair in pairs)


@given(COLORS)
@example('#000000')
@example('#ffffff')
@example('#ffff00')
@example('#00ff00')
@example('#0000ff')
@example('#808080')
def test_every_colour_makes_words_that_can_be_read(color):
    made = colors.palette(color)
    assert readable(made.light, LIGHT)
    assert readable(made.dark, DARK)
    assert contrast(made.dark.fill, DARK.surfaces[0]) >= 3  # a button is seen
    assert re.fullmatch(r'[\w\s:;{}#.-]+', colors.css(color))


@pytest.mark.parametrize('color', ['#1d5fa8', '#0b6b5f', '#7b3fa0', '#b3261e'])
def test_a_colour_that_can_be_read_in_light_is_taken_as_it_is(color):
    made = colors.palette(color)
    assert made.light.accent == made.light.fill == color


def test_the_contrast_is_that_of_wcag():
    assert contrast('#000000', '#ffffff') == pytest.approx(21)
    assert contrast('#777777', '#ffffff') == pytest.approx(4.48, abs=0.01)


def test_the_grounds_are_those_of_the_style_sheet():
    sheet = (Path(theme.STATIC_DIR) / 'nicegate.css').read_text()
    light, dark = (
        dict(TOKENS.findall(block)) for block in re.findall(r'(?:root|body--dark) \{(.*?)\n\}', sheet, re.S)[:2]
    )
    for ground, tokens in ((LIGHT, light), (DARK, dark)):
        assert set(ground.surfaces) == {tokens['surface'], tokens['bg'], tokens['sunken']}
        assert set(ground.texts) == {tokens['text'], tokens['muted']}
    assert light['accent'] == colors.STANDARD
