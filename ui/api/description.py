"""The JSON API as an OpenAPI document, made of the routes themselves."""

from collections import defaultdict
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from auth.errors import AuthError, Reason
from auth.settings import get_settings
from ui.api.answers import NOT_JSON, status_of
from ui.api.given import Refusal
from ui.api.route import Route
from ui.api.routes import ROUTES

VERSION: Final = '1'
"""Of the API: what it answers today it will answer as long as this stays."""
REFERENCE: Final = '#/components/schemas/{model}'


def refusals_of(route: Route) -> Mapping[int, list[Reason]]:
    """All reasons for which a route refuses, by status."""
    found = defaultdict(list)
    if route.body is not None:
        found[NOT_JSON].append(Reason.INPUT_INVALID)
    reasons = [Reason.TOKEN_INVALID] if route.bearer else []
    reasons += [*route.refusals, *([Reason.INPUT_INVALID] if route.body is not None else []), Reason.UNAVAILABLE]
    for reason in reasons:
        found[status_of(AuthError(reason))].append(reason)
    return dict(sorted(found.items()))


def document(url: str) -> dict[str, Any]:
    """OpenAPI 3.1 for the API at this address."""
    models: list[type[BaseModel]] = [Refusal]
    models += [model for route in ROUTES for model in (route.body, route.given) if model is not None]
    _, schemas = models_json_schema([(model, 'validation') for model in dict.fromkeys(models)], ref_template=REFERENCE)
    return {
        'openapi': '3.1.0',
        'info': {'title': get_settings().brand, 'version': VERSION},
        'servers': [{'url': url}],
        'paths': {route.path: {route.method.lower(): _operation(route)} for route in ROUTES},
        'components': {
            'schemas': schemas['$defs'],
            'securitySchemes': {'bearer': {'type': 'http', 'scheme': 'bearer', 'bearerFormat': 'JWT'}},
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    responses: dict[str, Any] = {str(route.status): {'description': HTTPStatus(route.status).phrase}}
    if route.given is not None:
        responses[str(route.status)] |= _content(route.given)
    for status, reasons in refusals_of(route).items():
        responses[str(status)] = {'description': ', '.join(reasons), **_content(Refusal)}
    operation: dict[str, Any] = {
        'operationId': route.act.__name__,
        'summary': route.summary,
        'responses': responses,
        'security': [{'bearer': []}] if route.bearer else [],
    }
    if route.body is not None:
        operation['requestBody'] = {'required': True, **_content(route.body)}
    return operation


def _content(model: type[BaseModel]) -> dict[str, Any]:
    return {'content': {'application/json': {'schema': {'$ref': REFERENCE.format(model=model.__name__)}}}}
