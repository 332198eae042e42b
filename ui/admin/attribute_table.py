"""The table of attributes on /admin/settings, with its dialogs."""

from typing import Final

from auth.admin import attributes
from auth.attributes import Attribute, Kind
from auth.current_user import CurrentUser
from auth.errors import AuthError, Reason
from ui.components import (
    Action,
    Cell,
    Column,
    Form,
    Option,
    Records,
    Row,
    Typed,
    button,
    confirm,
    dialog_now,
    form,
    row,
    tag,
)

KINDS: Final = (
    Option(Kind.TEXT, 'Text'),
    Option(Kind.URL, 'URL'),
    Option(Kind.IMAGE, 'Image URL'),
)
KIND_HELP: Final = (
    'An image URL is shown as a link. For a page of yours to show the picture itself, its site has to stand in '
    'NICEGATE_CSP_IMG.'
)
KEY_HELP: Final = 'What it is called in code and in files: small letters, digits and _, such as home_town.'
COLUMNS: Final = (
    Column('label', 'Label'),
    Column('key', 'Key'),
    Column('kind', 'Kind'),
    Column('rules', 'People'),
    Column('acts', ''),
)


async def draw(user: CurrentUser) -> None:
    """The table, the button to add one, and the place for dialogs."""
    table = _Table(user)
    await table.show()


class _Table:
    def __init__(self, user: CurrentUser) -> None:
        self._user = user
        self._known: tuple[Attribute, ...] = ()
        self._records = Records(
            'Attributes', COLUMNS, empty='No attributes yet. Add the first one, such as a phone number.', act=self._act
        )
        self._place = tag('div', classes='nc-place')
        with row():
            button('Add attribute', self._add)

    async def show(self) -> None:
        """Show them as they are now."""
        self._known = await attributes.known(self._user)
        self._records.show([_row(each, at, len(self._known)) for at, each in enumerate(self._known)])

    async def _act(self, key: str, action: str) -> None:
        attribute = next((each for each in self._known if each.key == key), None)
        if attribute is None:  # gone meanwhile, or made up
            raise AuthError(Reason.ATTRIBUTE_UNKNOWN, key=key[:60])
        if action == 'edit':
            self._edit(attribute)
        elif action == 'delete':
            await self._delete(attribute)
        elif action in ('earlier', 'later'):
            await attributes.move(self._user, key, -1 if action == 'earlier' else 1)
            await self.show()

    def _add(self) -> None:
        async def add(typed: Typed) -> None:
            await self._define(typed, typed.text('key').strip(), among='new')

        with (
            self._place,
            dialog_now('Add attribute'),
            form('Add attribute', action=add, submit='Add attribute', then='close') as fields,
        ):
            fields.text('key', 'Key', help=KEY_HELP, empty='Write a key.', maximum=60)
            _fields(fields, Attribute('', '', Kind.TEXT, editable=True))

    def _edit(self, attribute: Attribute) -> None:
        async def save(typed: Typed) -> None:
            await self._define(typed, attribute.key, among='known')

        title = f'Edit {attribute.label}'
        with self._place, dialog_now(title), form(title, action=save, submit='Edit', then='close') as fields:
            _fields(fields, attribute)

    async def _define(self, typed: Typed, key: str, *, among: attributes.Among) -> None:
        kind = typed.text('kind')
        if kind not in list(Kind):
            raise AuthError(Reason.INPUT_INVALID)
        await attributes.define(
            self._user,
            key,
            label=typed.text('label'),
            kind=Kind(kind),
            editable=typed.ticked('editable'),
            at_sign_up=typed.ticked('at_sign_up'),
            required=typed.ticked('required'),
            among=among,
        )
        await self.show()

    async def _delete(self, attribute: Attribute) -> None:
        with self._place:
            sure = await confirm(
                f'Delete {attribute.label}?',
                'Forms and pages do not show it any more.',
                'Delete',
                kind='danger',
                consequences=[
                    'What people have written stays with them, and code can still read it.',
                    f'An attribute with the key {attribute.key} shows it again.',
                ],
            )
        if sure:
            await attributes.delete(self._user, attribute.key)
            await self.show()


def _fields(fields: Form, attribute: Attribute) -> None:
    fields.text('label', 'Label', attribute.label, help='What people read. Empty: as the key reads.', maximum=100)
    fields.select('kind', 'Kind', KINDS, attribute.kind, help=KIND_HELP)
    fields.checkbox('at_sign_up', 'Ask for it at sign-up', checked=attribute.at_sign_up, help='And with an invitation.')
    fields.checkbox(
        'required',
        'Required',
        checked=attribute.required,
        help='People cannot leave it empty where they are asked. Site admins and imported files can.',
    )
    fields.checkbox(
        'editable', 'People may change their own', checked=attribute.editable, help='On their profile, at any time.'
    )


def _row(attribute: Attribute, at: int, count: int) -> Row:
    rules = [
        *(['Asked at sign-up'] if attribute.at_sign_up else []),
        *(['Required'] if attribute.required else []),
        'Change their own' if attribute.editable else 'Only see it',
    ]
    acts = [
        Action('edit', 'Edit'),
        *([Action('earlier', 'Move up')] if at > 0 else []),
        *([Action('later', 'Move down')] if at < count - 1 else []),
        Action('delete', 'Delete', 'danger'),
    ]
    kind = next(option.label for option in KINDS if option.value == attribute.kind)
    cells: dict[str, Cell | str] = {
        'label': attribute.label,
        'key': attribute.key,
        'kind': kind,
        'rules': Cell(chips=rules),
        'acts': Cell(actions=acts),
    }
    return Row(attribute.key, attribute.label, cells)
