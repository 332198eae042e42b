"""The admin area. Importing this package registers its pages with the gate."""

from ui.admin import audit, docs, groups, mail_templates, mails, overview, pages, roles, settings, user, users

__all__ = [
    'audit',
    'docs',
    'groups',
    'mail_templates',
    'mails',
    'overview',
    'pages',
    'roles',
    'settings',
    'user',
    'users',
]
