"""What the code declares: pages, groups, and other routes with a gate. Filled while a pages file is loaded."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, Never, TypeVar

from auth import page_gates, snapshots
from auth.access import SITE_ADMIN, SITE_ADMINS, Access, Gate
from auth.declared import group_cure
from auth.page_gates import DeclaredPage
from ui.gate import declarations, signatures
from ui.gate.caller import caller
from ui.gate.declarations import DeclarationError as DeclarationError
from ui.gate.locations import Location, Parameter, Template, arguments, overlap, parse
from ui.gate.signatures import Layout

Builder = TypeVar('Builder', bound=Callable[..., Any])

GATE_SOURCE: Final = '__nicegate_source__'
"""Attribute of a function that has a gate: where it was given."""

WAYS_IN: Final = {
    '/login': "for your own sign-in page: account_pages(login='/enter')",
    '/signup': "for your own sign-up page: account_pages(signup='/join')",
}
"""What somebody wants who declares one of these pages, which are ours (ui/gate/ways_in.py)."""


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A page as declared. `gate` None: nobody said who may open it, so all but site admins are kept out."""

    path: str
    title: str
    own_gate: Gate | None
    builder: Callable[..., Any]
    order: float
    icon: str | None
    nav: bool
    locked: bool
    heading: bool
    source: str
    template: Template
    parameters: tuple[Parameter, ...]
    injected: Mapping[str, str]
    own_layout: Layout | None

    @property
    def gate(self) -> Gate | None:
        """The gate that holds: what the code says, unless a site admin has changed it."""
        override = page_gates.override_of(self.path)
        return self.default_gate if override is None else self.declared.under(override)

    @property
    def default_gate(self) -> Gate | None:
        """What the code says: its own gate, else that of the nearest section of the site around it."""
        area = self.gate_from
        return area.gate if area is not None else self.own_gate

    @property
    def declared(self) -> DeclaredPage:
        """The page as those know it who change gates."""
        area = self.gate_from
        return DeclaredPage(
            path=self.path,
            title=self.title,
            gate=self.default_gate,
            section=area.path if area is not None else '',
            locked=self.locked,
            fixed=self.is_ours or self.path in _ways_in,
            is_personal='user' in self.asked,
        )

    @property
    def is_ours(self) -> bool:
        """Whether it came with Nicegate, as the home page of a site without one does."""
        return self.template.shape in _apart or self.builder.__module__ == 'ui.home'

    @property
    def asked(self) -> frozenset[str]:
        """What of the visit its function and its layout take."""
        return frozenset({*self.injected.values(), *(self.layout.injected.values() if self.layout else ())})

    @property
    def gate_from(self) -> 'Area | None':
        """The section of the site that it has its gate from; None: it has one of its own, or none at all."""
        return None if self.own_gate else next((area for area in _areas_around(self) if area.gate), None)

    @property
    def layout(self) -> Layout | None:
        """What is drawn around it, by the same rule."""
        return self.own_layout or next((area.layout for area in _areas_around(self) if area.layout), None)


@dataclass(frozen=True, slots=True)
class Match:
    """A location that a page answers, with the converted values of its parameters."""

    page: Page
    location: Location
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Group:
    """A group as declared: its key and the keys of its roles."""

    key: str
    roles: frozenset[str]
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """A developer's own HTTP route or folder of files, with its gate."""

    template: Template
    gate: Gate
    is_folder: bool
    source: str


@dataclass(frozen=True, slots=True)
class Part:
    """A gate within pages: a section (a function under `gated`) or a handler (under `needs`), by its name."""

    name: str
    gate: Gate
    source: str


@dataclass(frozen=True, slots=True)
class Area:
    """A section of the site: what its pages inherit."""

    path: str
    gate: Gate | None
    layout: Layout | None
    source: str


_pages: dict[tuple[str, ...], Page] = {}
_groups: dict[str, Group] = {}
_routes: list[Route] = []
_parts: dict[str, Part] = {}
_areas: dict[tuple[str, ...], Area] = {}
_apart: frozenset[tuple[str, ...]] = frozenset()
_ways_in: frozenset[str] = frozenset()
_known: frozenset[str] | None = None


def page(
    path: str,
    *,
    title: str | None = None,
    access: Literal['public', 'signed-in'] | None = None,
    groups: Iterable[str] | None = None,
    order: float | None = None,
    icon: str | None = None,
    nav: bool = True,
    locked: bool = False,
    heading: bool = True,
    layout: Callable[..., Any] | None = None,
    **misplaced: Never,
) -> Callable[[Builder], Builder]:
    """Declare a page and who may open it: `access='public'`, `access='signed-in'` or `groups=[...]` (any one opens it).
    Without either it inherits from the `section` of the site that it lies in.

    Args:
        title: the document's title, the page's h1 and its name in the navigation; made from the path when left out
        order: place in the navigation; pages without one follow in the order of declaration
        icon: name of a Material icon for the navigation
        nav: whether the navigation shows the page (pages with parameters never are)
        locked: whether an admin may not loosen the gate at run time
        heading: whether the title is drawn as the page's h1
        layout: a function with one `yield`, where the page stands: it draws what is around the page

    Raises:
        DeclarationError: something is wrong with it
    """
    source = caller()
    declarations.options(page, misplaced, source)
    template = declarations.template(path, source)
    declarations.page_options(title, order, icon, {'nav': nav, 'locked': locked, 'heading': heading}, source)
    gate = declarations.gate(access, groups, source)
    around = signatures.layout(layout, source) if layout is not None else None

    def declare(builder: Builder) -> Builder:
        if (other := _pages.get(template.shape)) is not None:
            cure = 'change one path' + (f', or {WAYS_IN[path]}' if path in WAYS_IN else '')
            raise DeclarationError(f'{source}: the page "{path}" stands already at {other.source}: {cure}')
        _refuse_overlaps(template, None, is_folder=False, source=source)
        declarations.builder(builder, source, 'a page', '@page(…)')
        if (first := gate_source(builder)) is not None:
            raise DeclarationError(
                f'{source}: {builder.__name__} has a gate already, at {first}: a page has the one in @page(…) alone'
            )
        injected, parameters = signatures.parameters(builder, template, source)
        _pages[template.shape] = Page(
            path=path,
            title=title or path.strip('/').rpartition('/')[2].replace('-', ' ').capitalize() or 'Home',
            own_gate=gate,
            builder=builder,
            order=order if order is not None else 1000 + len(_pages),
            icon=icon,
            nav=nav and not template.names,
            locked=locked,
            heading=heading,
            source=source,
            template=template,
            parameters=parameters,
            injected=injected,
            own_layout=around,
        )
        return builder

    return declare


def section(
    path: str,
    *,
    access: Literal['public', 'signed-in'] | None = None,
    groups: Iterable[str] | None = None,
    layout: Callable[..., Any] | None = None,
    **misplaced: Never,
) -> None:
    """Declare a section of the site: the page at `path` and all below it inherit what they do not say themselves.

    Raises:
        DeclarationError: something is wrong with it, or it says nothing that could be inherited
    """
    source = caller()
    declarations.options(section, misplaced, source)
    template = declarations.template(path, source, 'section')
    gate = declarations.gate(access, groups, source)
    if gate is None and layout is None:
        raise DeclarationError(f"{source}: say what its pages inherit: groups=[...], access='signed-in' or layout=…")
    if (other := _areas.get(template.shape)) is not None:
        raise DeclarationError(f'{source}: the section "{path}" stands already at {other.source}: keep one of the two')
    around = signatures.layout(layout, source) if layout is not None else None
    _areas[template.shape] = Area(path, gate, around, source)


def _areas_around(page: Page) -> Iterator[Area]:
    """The sections of the site that a page lies in, the nearest first."""
    shape = page.template.shape
    for length in range(len(shape), -1, -1) if _areas and shape not in _apart else ():
        if (area := _areas.get(shape[:length])) is not None:
            yield area


def set_apart() -> None:
    """Let the pages declared so far, our own, inherit nothing: they are the way in when other code is broken."""
    global _apart
    _apart = frozenset(_pages)


def keep_open(paths: Iterable[str]) -> None:
    """Let the gates of these pages be the code's and nothing else: without them nobody could sign in."""
    global _ways_in
    _ways_in = frozenset(paths)


def group(name: str, *, roles: Iterable[str] = (), **misplaced: Never) -> None:
    """Declare a group: its members hold ALL of these roles. Roles and group are made when they are missing.

    Raises:
        DeclarationError: it has no name or is declared twice with other roles, or touches who runs the site
    """
    source = caller()
    declarations.options(group, misplaced, source)
    declarations.name(name, 'group', source)
    if roles == ():
        raise DeclarationError(f"{source}: group needs its roles: write group({name!r}, roles=['…'])")
    keys = declarations.names(roles, 'roles', source)
    if name.casefold() == SITE_ADMINS.casefold() or SITE_ADMIN.casefold() in {key.casefold() for key in keys}:
        raise DeclarationError(f'{source}: "{SITE_ADMINS}" and "{SITE_ADMIN}" are fixed: choose other names')
    if (other := _groups.get(name)) is not None and other.roles != keys:
        raise DeclarationError(f'{source}: the group "{name}" has other roles at {other.source}: keep one of the two')
    spelled = {key.casefold(): (key, group.source) for group in _groups.values() for key in group.roles}
    for key in sorted(keys):
        _refuse_spelling(key, spelled, source)
        spelled[key.casefold()] = key, source
    _refuse_spelling(name, {key.casefold(): (key, group.source) for key, group in _groups.items()}, source)
    _groups[name] = Group(name, keys, source)


def _refuse_spelling(key: str, spelled: Mapping[str, tuple[str, str]], source: str) -> None:
    """Two names that differ in case only are one name to people, and to the database."""
    other, there = spelled.get(key.casefold(), (key, source))
    if other != key:
        raise DeclarationError(f'{source}: "{key}" is written "{other}" at {there}: spell it in one way')


def add_route(
    path: str,
    *,
    access: Literal['public', 'signed-in'] | None,
    groups: Iterable[str] | None,
    is_folder: bool,
    source: str,
) -> None:
    """Declare a route of another kind than a page; its gate is a must."""
    template = declarations.template(path, source, 'route')
    gate = declarations.gate(access, groups, source)
    if gate is None:
        raise DeclarationError(f"{source}: say who may open \"{path}\": access='public', 'signed-in' or groups=[...]")
    if is_folder and path == '/':
        raise DeclarationError(f'{source}: a folder at "/" would hide every page: give it a path of its own')
    if is_folder and template.names:
        raise DeclarationError(f'{source}: the path of a folder has no parameters: leave out "{{{template.names[0]}}}"')
    _refuse_overlaps(template, gate, is_folder, source)
    _routes.append(Route(template, gate, is_folder, source))


def _refuse_overlaps(template: Template, gate: Gate | None, is_folder: bool, source: str) -> None:
    """One address, one gate: whatever else answers below a folder or beside a route would be opened by the other's.

    `gate` is of a route or a folder, which may share addresses with another that has the same; None for a page.
    """
    for other in _routes:
        if other.gate != gate and overlap(template, is_folder, other.template, other.is_folder):
            what = 'lies in the folder' if other.is_folder and not is_folder else 'can be the same address as what is'
            raise DeclarationError(f'{source}: "{template.path}" {what} served at {other.source}: change one path')
    for page in _pages.values() if gate else ():
        if overlap(template, is_folder, page.template, False):
            what = 'has in it the page' if is_folder else 'can be the same address as the page'
            raise DeclarationError(
                f'{source}: "{template.path}" {what} "{page.path}" of {page.source}: change one path'
            )


def match(location: object) -> Match | None:
    """The page that answers a location, given as text of whatever type; None when there is none."""
    parsed = location if isinstance(location, Location) else parse(location)
    if parsed is None:
        return None
    for candidate in _candidates(parsed):
        path = candidate.template.match(parsed)
        if path is not None:
            values = arguments(candidate.parameters, path, parsed.query)
            return None if values is None else Match(candidate, parsed, values)
    return None


def _candidates(location: Location) -> Iterable[Page]:
    if (static := _pages.get(location.segments)) is not None:
        return [static]
    return [page for shape, page in sorted(_pages.items(), key=lambda item: item[0]) if page.template.names]


def routes_at(location: Location) -> list[Route]:
    """All declared routes and folders that a request might reach; every one of their gates must be open."""
    return [route for route in _routes if _reaches(route, location)]


def _reaches(route: Route, location: Location) -> bool:
    if not route.is_folder:
        return route.template.match(location) is not None
    prefix = route.template.shape  # a folder's path has no parameters
    return len(location.segments) > len(prefix) and location.segments[: len(prefix)] == prefix


def pages() -> list[Page]:
    """All pages, in the order of the navigation."""
    return sorted(_pages.values(), key=lambda page: (page.order, page.path))


def groups() -> list[Group]:
    """All groups that code declares."""
    return sorted(_groups.values(), key=lambda group: group.key)


def refuse_contradictions() -> None:
    """Stop at a public page that counts on somebody being signed in. Called when all is declared: pages inherit.

    Raises:
        DeclarationError: with the page's line
    """
    for page in pages():
        gate = page.default_gate
        if gate and gate.access is Access.PUBLIC and 'user' in page.asked:
            raise DeclarationError(
                f'{page.source}: "{page.path}" is public, so nobody may be signed in: write "CurrentUser | None"'
            )


def routes() -> list[Route]:
    """All declared routes and folders."""
    return list(_routes)


def parts() -> list[Part]:
    """All gates within pages that were declared while the pages file was loaded."""
    return sorted(_parts.values(), key=lambda part: (part.name, part.source))


def add_part(function: Callable[..., Any], gate: Gate, source: str) -> None:
    """Note a function with a gate within pages. One that is declared anew for each page, inside its function, is noted
    once for its line."""
    vars(function)[GATE_SOURCE] = source
    name = getattr(function, '__qualname__', '') or repr(function)
    _parts[f'{source} {name}'] = Part(name.rpartition('<locals>.')[2], gate, source)


def gate_source(function: Callable[..., Any]) -> str | None:
    """Where a function has been given a gate, file and line; None when it has none."""
    if (marked := getattr(function, GATE_SOURCE, None)) is not None:
        return str(marked)
    return next((page.source for page in _pages.values() if page.builder is function), None)


def areas() -> list[Area]:
    """All sections of the site."""
    return sorted(_areas.values(), key=lambda area: area.path)


def settle(known: Iterable[str]) -> None:
    """From now on a group that is not among these, the code's or an admin's later ones is a mistake."""
    global _known
    _known = frozenset(known)


def refuse_unknown_group(name: object, source: str = '') -> None:
    """Stop at the name of a group that exists nowhere. While pages are loaded nobody can know: the start asks then.

    Raises:
        DeclarationError: with what was meant, maybe
    """
    source = source or caller()
    declarations.name(name, 'group', source)
    if _known is None or name in _known:
        return
    known = _known | snapshots.known_groups()
    if name not in known:
        raise DeclarationError(f'{source}: there is no group "{name}": {group_cure(str(name), known)}')
