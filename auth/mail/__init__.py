"""Mail: a row in the transaction of its cause, delivered by a worker. Nobody waits for a mail server."""

from auth.mail.outbox import Template, ask, circumstances, queue, resolve_with

__all__ = ['Template', 'ask', 'circumstances', 'queue', 'resolve_with']
