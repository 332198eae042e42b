"""The admin area. Importing this package registers its pages with the gate."""

from ui.admin import docs, groups, mails, overview, roles, user, users

__all__ = ['docs', 'groups', 'mails', 'overview', 'roles', 'user', 'users']
