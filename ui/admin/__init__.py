"""The admin area. Importing this package registers its pages with the gate."""

from ui.admin import overview

__all__ = ['overview']
