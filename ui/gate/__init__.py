"""The gate: declare pages and who may open them. The doors in this package ask one function and nothing else."""

from ui.gate.navigation import NotFoundError
from ui.gate.registry import DeclarationError, Page, group, page, pages, section
from ui.gate.resources import files, route
from ui.gate.sections import gated, needs
from ui.gate.session import Session, current_session
from ui.gate.visit import Visit
from ui.gate.ways_in import account_pages

__all__ = [
    'DeclarationError',
    'NotFoundError',
    'Page',
    'Session',
    'Visit',
    'account_pages',
    'current_session',
    'files',
    'gated',
    'group',
    'needs',
    'page',
    'pages',
    'route',
    'section',
]
