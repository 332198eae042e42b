"""One site: its address, the cookie of its sessions, and which requests are its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import Response

from auth import pending
from auth.sessions import NewSession
from auth.settings import Settings


@dataclass(frozen=True, slots=True)
class Site:
    """What follows from the public address: `https` makes the cookie Secure and gives it the `__Host-` prefix."""

    public_url: str
    url: str
    cookie_name: str
    secure: bool

    @classmethod
    def of(cls, settings: Settings) -> 'Site':
        parts = urlsplit(settings.url)
        secure = parts.scheme == 'https'
        # Cookies ignore ports: two apps on one machine must not sign each other out.
        is_local = parts.hostname in ('127.0.0.1', 'localhost', '::1')
        name = '__Host-nicegate' if secure else f'nicegate_{parts.port or 80}' if is_local else 'nicegate'
        return cls(settings.public_url, settings.url, name, secure)

    def is_own_origin(self, origin: str | None, host: str | None) -> bool:
        """Whether an Origin header is ours: PUBLIC_URL when it is set, else the host that was asked for."""
        if not origin:
            return False
        if self.public_url:
            return origin.lower() == self.public_url.lower()
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        return parts.scheme == 'http' and bool(host) and parts.netloc.lower() == (host or '').lower()

    def is_same_site(self, headers: Mapping[str, str]) -> bool:
        """Whether a state-changing request comes from our own pages, or from no browser at all."""
        if headers.get('sec-fetch-site', 'same-origin') not in ('same-origin', 'none'):
            return False
        origin = headers.get('origin')
        return origin is None or self.is_own_origin(origin, headers.get('host'))

    def set_cookie(self, response: Response, session: NewSession) -> None:
        response.set_cookie(
            self.cookie_name,
            session.token,
            max_age=session.max_age,
            path='/',
            secure=self.secure,
            httponly=True,
            samesite='lax',
        )

    @property
    def step_cookie_name(self) -> str:
        """The cookie of the step that comes before a session (auth/pending.py)."""
        return f'{self.cookie_name}_step'

    def set_step_cookie(self, response: Response, token: str) -> None:
        response.set_cookie(
            self.step_cookie_name,
            token,
            max_age=int(pending.LIFETIME.total_seconds()),
            path='/',
            secure=self.secure,
            httponly=True,
            samesite='lax',
        )

    def clear_step_cookie(self, response: Response) -> None:
        response.delete_cookie(self.step_cookie_name, path='/', secure=self.secure, httponly=True, samesite='lax')

    def clear_cookie(self, response: Response) -> None:
        response.delete_cookie(self.cookie_name, path='/', secure=self.secure, httponly=True, samesite='lax')
