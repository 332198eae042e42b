"""What a site admin has said of who may come in by themselves. It never binds an admin, an import or an invitation."""

from auth import email_domains
from auth.changeable import SignUp
from auth.errors import AuthError, Reason
from auth.settings import get_settings

_REFUSALS = {
    SignUp.CLOSED: Reason.SIGN_UP_CLOSED,
    SignUp.INVITATION: Reason.SIGN_UP_INVITATION_ONLY,
}


def is_open() -> bool:
    """Whether anybody may sign up."""
    return get_settings().sign_up is SignUp.OPEN


def refusal() -> AuthError | None:
    """Why nobody may sign up; None when anybody may."""
    reason = _REFUSALS.get(get_settings().sign_up)
    return AuthError(reason) if reason else None


def check_domain(email_key: str) -> None:
    """Refuse an address, by its key, of a domain that the site does not take.

    Raises:
        AuthError: EMAIL_DOMAIN
    """
    domains = get_settings().allowed_domains
    if not email_domains.allows(domains, email_key):
        raise AuthError(Reason.EMAIL_DOMAIN, domains=domains)
