"""The pages about one's own account. Importing this package registers them with the gate."""

from ui.account import forgot, login, logout, no_access, profile, setup, signup

__all__ = ['forgot', 'login', 'logout', 'no_access', 'profile', 'setup', 'signup']
