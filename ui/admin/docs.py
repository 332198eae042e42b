"""/docs: the JSON API for programs, to read; /openapi.json is the same for tools. Both are for site admins."""

from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from auth.access import SITE_ADMINS
from auth.errors import AuthError, Reason
from auth.settings import get_settings
from ui import messages
from ui.api import ROUTES, Route, answers, description
from ui.components import card, code, link, paragraph, table, tag
from ui.gate import page, route

OPENAPI = '/openapi.json'


@route(OPENAPI, groups=[SITE_ADMINS])
def openapi() -> Response:
    return JSONResponse(description.document(get_settings().url), headers={'Cache-Control': 'no-store'})


@page('/docs', title='API for programs', groups=[SITE_ADMINS], locked=True, nav=False)
def docs() -> None:
    with card():
        paragraph(
            'Programs sign in with email and password, and show the access token that they get with each request:'
        )
        code('Authorization: Bearer ACCESS_TOKEN')
        paragraph('Bodies and answers are JSON. This site answers at:')
        code(get_settings().url)
        link('This page for tools (OpenAPI)', OPENAPI)
    for each in ROUTES:
        _route(each)
    with card():
        table('Reasons', ('Reason', 'Status', 'Message'), [_reason(AuthError(reason)) for reason in Reason])


def _route(route: Route) -> None:
    with card(f'{route.method} {route.path}'):
        paragraph(route.summary)
        with tag('dl', classes='nc-facts'):
            if route.bearer:
                _fact('Asks for', 'an access token')
            if route.body is not None:
                _fact('Takes', _shape(route.body))
            _fact('Answers', f'{route.status} {_shape(route.given)}' if route.given else str(route.status))
            for status, reasons in description.refusals_of(route).items():
                _fact(f'Refuses with {status}', ', '.join(reasons))


def _fact(term: str, text: str) -> None:
    with tag('div', classes='nc-fact'):
        tag('dt', term)
        tag('dd', text)


def _shape(model: type[BaseModel]) -> str:
    """The fields of a JSON object; those in brackets may be left out."""
    names = [f'"{name}"' if field.is_required() else f'["{name}"]' for name, field in model.model_fields.items()]
    return '{' + ', '.join(names) + '}'


def _reason(error: AuthError) -> tuple[str, str, str]:
    return error.reason.value, str(answers.status_of(error)), messages.say_to_program(error)
