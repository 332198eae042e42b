"""Other ways to write an address: none of them may show what the plain one refuses."""

from collections.abc import Iterator
from urllib.parse import urlsplit

METHODS = ('POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'get')
"""What a page does not answer to; `get` is no method (RFC 9110, 9.1: they are case-sensitive)."""


def of(location: str) -> list[str]:
    """Odd spellings of a path, as a forging client would put them into a request or a move."""
    parts = urlsplit(location)
    query = f'?{parts.query}' if parts.query else ''
    spelled = (path + query for path in _paths(parts.path))
    return [path for path in dict.fromkeys(spelled) if path != location]


def _paths(path: str) -> Iterator[str]:
    head, _, last = path.rpartition('/')
    if last:
        yield f'{head}/%{ord(last[0]):02x}{last[1:]}'  # a letter in disguise (RFC 3986, 2.3)
        yield f'{head}/%25{ord(last[0]):02x}{last[1:]}'  # and twice
        yield path.upper()
        yield from (f'{path}/', f'{path}/.', f'{path}/x/..', f'{path}%2f', f'{path}\\', f'{head}//{last}')
    yield from (f'/{path}', f'/.{path}', f'/x/..{path}', f'/x/%2e%2e{path}', f'/%2f{path[1:]}', f'/\\{path[1:]}')
    yield from (f'{path};x', f'{path}%00', f'{path}%20', f'{path}.', f'{path}%23', f'{path}%3f', f'{path}%c0%af')
    yield from (f'/_nicegui/..{path}', f'/static/..{path}')


def values(location: str) -> list[object]:
    """What no browser would send for a place to go to: of other types than text, and whole addresses."""
    return [
        None, True, 0, 1.5, [], [location], [[location]], {'path': location}, {'0': location}, '', f' {location}',
        f'{location}\n', f'http://127.0.0.1{location}', f'//127.0.0.1{location}', 'x' * 10_000,
    ]  # fmt: skip
