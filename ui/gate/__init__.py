"""The gate: declare pages and who may open them. The doors in this package ask one function and nothing else."""

from ui.gate.registry import DeclarationError, Page, group, page, pages
from ui.gate.resources import files, route
from ui.gate.visit import Visit

__all__ = ['DeclarationError', 'Page', 'Visit', 'files', 'group', 'page', 'pages', 'route']
