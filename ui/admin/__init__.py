"""The admin area. Importing this package registers its pages with the gate."""

from ui.admin import docs, mails, overview, pages, user

__all__ = ['docs', 'mails', 'overview', 'pages', 'user']
