"""Where people go on after they have signed in, up or out: to a page of this site, and nowhere else."""

from urllib.parse import parse_qsl

from ui.gate import Visit, registry, ways_in
from ui.gate.registry import Match


def own_path(target: str | None) -> str:
    """`target` when it is one of our own pages, else where sign-in leads."""
    return target if target is not None and registry.match(target) is not None else ways_in.home()


def after_sign_out(target: str | None, otherwise: str = '/') -> str:
    """`target` when it is one of our own pages, else where sign-out leads, else `otherwise`."""
    if target is not None and registry.match(target) is not None:
        return target
    return ways_in.after_sign_out() or otherwise


def landing_of(visit: Visit) -> str | None:
    """Where those who come in on this page are to land: its `?next=`, else where sign-in leads from a page that is
    there to come in; None from all others, where they stay.
    """
    wanted = _next(visit.match)
    return None if wanted is None and not ways_in.is_way_in(visit.page) else own_path(wanted)


def wanted_behind(match: Match | None) -> Match | None:
    """The page that somebody wanted who came to this one to sign in or up; None where nobody comes on their way."""
    wanted = registry.match(_next(match)) if match is not None and ways_in.is_way_in(match.page) else None
    return None if wanted is not None and ways_in.is_way_in(wanted.page) else wanted


def _next(match: Match | None) -> str | None:
    return dict(parse_qsl(match.location.query)).get('next') if match else None
