"""Fields for attributes, in the forms in which people say them of themselves."""

from collections.abc import Iterable, Mapping

from auth import attributes
from auth.attributes import Attribute, Kind
from ui import messages
from ui.components import Form
from ui.posts import ATTRIBUTE


def draw(form: Form, asked: Iterable[Attribute], values: Mapping[str, str], *, optional: str = '') -> None:
    """A field for each; `optional` is said below those that may stay empty."""
    for attribute in asked:
        form.text(
            f'{ATTRIBUTE}{attribute.key}',
            attribute.label,
            values.get(attribute.key, ''),
            type='text' if attribute.kind is Kind.TEXT else 'url',
            maximum=attributes.VALUE_LENGTH,
            help=' '.join(
                filter(None, [messages.ATTRIBUTE_HELP[attribute.kind], '' if attribute.required else optional])
            ),
            empty=messages.attribute_missing(attribute.label) if attribute.required else '',
        )
