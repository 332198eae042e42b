"""The frame around the page: its place, and above it a warning and a notice about the page as a whole."""

from nicegui import ui


class Frame(ui.element, component='nicegate_frame.js'):
    """Inside Quasar's `<main>`; what is drawn into it stands below warning and notice."""

    def __init__(self) -> None:
        super().__init__()
        self.props.update({'id': 'nc-main', 'warning': '', 'notice': ''})

    def warn(self, text: str) -> None:
        """Say this above the page; '' takes it away."""
        self._say('warning', text)

    def notice(self, text: str) -> None:
        self._say('notice', text)

    def _say(self, where: str, text: str) -> None:
        if self.props[where] != text:
            self.props[where] = text
