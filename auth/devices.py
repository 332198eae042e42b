"""Devices in words: what a user agent says about itself, so that people recognise their own sessions.

Anybody can send any user agent: what it says is a help for the eye and decides nothing.
"""

import re
from functools import lru_cache
from typing import Final

UNKNOWN: Final = 'Unknown device'
_VARIANTS: Final = re.compile(r'^Headless|\b(?:Mobile|iOS|WebView|UI/WKWebView)\b')
"""How the library tells variants of one browser apart, which to people is the same browser."""
_SYSTEMS: Final = {'Mac OS X': 'macOS', 'Other': ''}


@lru_cache(maxsize=2000)
def in_words(user_agent: str) -> str:
    """Browser and system, "Safari on iPhone"; of a program its first product token (RFC 9110, 10.1.5), "curl".

    The first call takes half a second: the library reads its patterns then, and not at every start.
    """
    from ua_parser import parse

    result = parse(user_agent)
    browser, system, device = result.user_agent, result.os, result.device
    if system is None:
        return _program(user_agent)
    where = device.family if device and system.family == 'iOS' else _SYSTEMS.get(system.family, system.family)
    name = ' '.join(_VARIANTS.sub('', browser.family).split()) if browser else ''
    return f'{name} on {where}' if name and where and name != where else name or where or UNKNOWN


def _program(user_agent: str) -> str:
    token = re.match(r"[\w!#$%&'*+.^`|~-]{1,60}", user_agent)
    return token[0] if token and token[0] != 'Mozilla' else UNKNOWN
