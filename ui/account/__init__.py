"""The pages about one's own account. Importing this package registers them with the gate."""

from ui.account import forgot, invitation, login, logout, no_access, password, profile, setup, signup, verify

__all__ = [
    'forgot',
    'invitation',
    'login',
    'logout',
    'no_access',
    'password',
    'profile',
    'setup',
    'signup',
    'verify',
]
