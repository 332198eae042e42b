"""The admin area. Importing this package registers its pages with the gate."""

from ui.admin import audit, docs, mails, overview

__all__ = ['audit', 'docs', 'mails', 'overview']
