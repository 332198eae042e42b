"""The admin area. Importing this package registers its pages with the gate."""

from ui.admin import audit, docs, mail_templates, mails, overview

__all__ = ['audit', 'docs', 'mail_templates', 'mails', 'overview']
