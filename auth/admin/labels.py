"""What a role or a group is called. Its key is the name that it got at first; the label alone can be changed."""

from auth.errors import AuthError, Reason
from auth.people import is_text
from models.access import Group, Role

LENGTH = 100
"""Characters: what fits into a table and a button."""


def check(name: str) -> str:
    """The name as stored: outer and doubled white space gone.

    Raises:
        AuthError: LABEL_INVALID
    """
    text = ' '.join(name.split())
    if not 1 <= len(text) <= LENGTH or not text.isprintable() or not is_text(text):
        raise AuthError(Reason.LABEL_INVALID)
    return text


async def refuse_taken(table: type[Role] | type[Group], name: str, *, but: int = 0) -> None:
    """Inside the caller's transaction. A name is refused in any case of letters, and when it is the key of another row:
    the command line and the code call that one so.

    Raises:
        AuthError: LABEL_TAKEN
    """
    folded = name.casefold()
    for id, key, name_key in await table.all().values_list('id', 'key', 'name_key'):
        if id != but and folded in (str(key).casefold(), name_key):
            raise AuthError(Reason.LABEL_TAKEN, thing=table.__name__.lower(), name=name)
