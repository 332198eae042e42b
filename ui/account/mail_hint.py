"""Where the mail is while no server for it is set: said to whoever runs the site on their own machine."""

from auth.settings import get_settings
from ui import messages
from ui.components import alert


def mail_hint() -> None:
    settings = get_settings()
    if not settings.smtp_url and settings.is_loopback and not settings.public_url:
        alert(messages.MAIL_IN_TERMINAL)
