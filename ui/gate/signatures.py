"""What a page's function is called with: the person by type, the rest from the address; nothing else is ever filled."""

import contextlib
import inspect
import types
import typing
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Union

from auth.current_user import CurrentUser
from ui.gate import declarations
from ui.gate.declarations import DeclarationError
from ui.gate.locations import Parameter, Template


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """What is drawn around a page: `draw(**injected)` gives a context in which the page is drawn."""

    draw: Callable[..., AbstractContextManager[Any]]
    injected: Mapping[str, str]


def parameters(
    builder: Callable[..., Any], template: Template, source: str
) -> tuple[dict[str, str], tuple[Parameter, ...]]:
    """Which parameters are injected by type, {name: kind}, and which come from the URL."""
    injected: dict[str, str] = {}
    found: list[Parameter] = []
    for name, parameter, annotation in _signature(builder, source):
        if kind := _injected_kind(annotation):
            injected[name] = kind
            continue
        declarations.url_parameter(name, parameter, in_path=name in template.names, source=source)
        try:
            required = parameter.default is parameter.empty
            found.append(Parameter(name, annotation, in_path=name in template.names, required=required))
        except Exception as error:  # whatever a type's own code raises
            raise DeclarationError(f'{source}: the type of "{name}" cannot come from a URL') from error
    if missing := set(template.names) - {p.name for p in found}:
        name, lacks = builder.__name__, sorted(missing)
        written = ', '.join([*(f'{one}: str' for one in lacks), *(['…'] if found or injected else [])])
        raise DeclarationError(
            f'{source}: {name} does not take {", ".join(lacks)} of its path: write def {name}({written})'
        )
    return injected, tuple(found)


def layout(function: object, source: str) -> Layout:
    """Read a layout: a function with one `yield`, which takes the person by type and nothing else.

    Raises:
        DeclarationError: it is not one
    """
    plain = inspect.unwrap(function) if callable(function) else function
    if not callable(function) or not inspect.isgeneratorfunction(plain):
        raise DeclarationError(
            f'{source}: a layout is a function (no async one) with one "yield", where the page stands'
        )
    draw = contextlib.contextmanager(function) if function is plain else function
    injected: dict[str, str] = {}
    for name, parameter, annotation in _signature(plain, source):
        kind = _injected_kind(annotation)
        if kind is None and parameter.default is parameter.empty:
            raise DeclarationError(
                f'{source}: the layout {plain.__name__} cannot be given "{name}": '
                'it takes Session or CurrentUser | None, by type'
            )
        if kind is not None:
            injected[name] = kind
    return Layout(draw, injected)


def _signature(function: Callable[..., Any], source: str) -> list[tuple[str, inspect.Parameter, Any]]:
    try:
        hints = typing.get_type_hints(function, include_extras=True)  # Annotated[int, Field(gt=0)] means what it says
        signature = inspect.signature(function)
    except Exception as error:  # a type written as text may be any text
        raise DeclarationError(f'{source}: a type of {function.__name__} cannot be read: {error}') from error
    for parameter in signature.parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
            raise DeclarationError(f'{source}: {function.__name__} takes {parameter}: name each parameter instead')
    return [(name, parameter, hints.get(name, str)) for name, parameter in signature.parameters.items()]


def _injected_kind(annotation: Any) -> str | None:
    from ui.gate.session import Session
    from ui.gate.visit import Visit

    kinds: dict[Any, str] = {CurrentUser: 'user', Visit: 'visit', Session: 'session'}
    if isinstance(annotation, type) and annotation in kinds:
        return kinds[annotation]
    is_union = typing.get_origin(annotation) in (Union, types.UnionType)
    return 'user or none' if is_union and set(typing.get_args(annotation)) == {CurrentUser, type(None)} else None
