"""A box that takes no part in the layout: what is in it does. It marks the place of a section.

NiceGUI spends nine tenths of an element's cost on observable classes, styles and props. A box never changes any, so it
has plain ones: with the stock constructor 20 sections cost a third of a page more.
"""

import weakref
from typing import Any, Final

from nicegui import Client, ui
from nicegui.slot import Slot

STYLE: Final = {'display': 'contents'}


class Box(ui.element):
    """What `ui.element()` would be, for the client whose page is being built."""

    def __init__(self, client: Client) -> None:
        vars(self)['___visible'] = True  # read by the stock property, bound by nobody
        self.ignores_events_when_hidden = True
        self._client = weakref.ref(client)
        self.id = client.next_element_id
        client.next_element_id += 1
        self.tag = 'div'
        plain: Any = []
        self._classes = plain
        plain = STYLE
        self._style = plain
        plain = {}
        self._props = plain
        self._markers = []
        self._event_listeners = {}
        self._text = None
        self.slots = {}
        self.default_slot = self.add_slot('default')
        self._update_method = None
        self._deleted = False
        client.elements[self.id] = self
        self._parent_slot = None
        self._put_into(Slot.get_stack()[-1])

    def _put_into(self, slot: Slot) -> None:
        slot.children.append(self)
        self._parent_slot = weakref.ref(slot)
        self.client.outbox.enqueue_update(self)
        self.client.outbox.enqueue_update(slot.parent)
