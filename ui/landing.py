"""Where people go on after they have signed in, up or out: to a page of this site, and nowhere else."""

from urllib.parse import parse_qsl

from ui.gate import Visit, registry, ways_in


def own_path(target: str | None) -> str:
    """`target` when it is one of our own pages, else the home page."""
    return target if target is not None and registry.match(target) is not None else '/'


def landing_of(visit: Visit) -> str | None:
    """Where those who come in on this page are to land: its `?next=`, else "/" from a page that is there to come in;
    None from all others, where they stay.
    """
    query = visit.match.location.query if visit.match else ''
    wanted = dict(parse_qsl(query)).get('next')
    return None if wanted is None and not ways_in.is_way_in(visit.page) else own_path(wanted)
