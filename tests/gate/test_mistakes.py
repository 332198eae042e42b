"""What a page does wrongly as it runs is one line in the log that names the developer's own file, line and cure."""

from pathlib import Path

import httpx

from tests.support.server import Server

HEAD = """from nicegui import app, ui
from ui.gate import Session, page


@page('/right', access='public')
def right() -> None:
    ui.link('Here', right)


"""
MISTAKES = {
    'app.storage.user': 'app.storage.user is not there: keep what belongs to a person in your own data, by user.id',
    'app.storage.browser': 'app.storage.browser is not there',
    'ui.header()': 'ui.header cannot stand in a page, Nicegate draws the header: put yours into a layout (a ui.row',
    'ui.footer()': 'ui.footer cannot stand in a page',
    'ui.left_drawer()': 'ui.left_drawer cannot stand in a page',
    'ui.right_drawer(value=True)': 'ui.right_drawer cannot stand in a page',
    "session.name = 'x'": 'session.name follows the person who is signed in: it cannot be set',
}


async def test_a_page_that_does_wrong_is_told_its_line_and_a_right_one_opens(http: httpx.AsyncClient, tmp_path: Path):
    text, lines = HEAD, {}
    for number, code in enumerate(MISTAKES):
        text += f"@page('/{number}', access='public')\ndef page{number}(session: Session) -> None:\n    {code}\n\n\n"
        lines[code] = text[: text.index(f'    {code}\n')].count('\n') + 1
    (tmp_path / 'shop.py').write_text(text)
    async with Server.serving('sqlite', tmp_path, pages=tmp_path / 'shop.py') as site:
        right = await http.get(f'{site.url}/right')
        assert right.status_code == 200
        assert '"href":"/right"' in right.text
        for number, (code, said) in enumerate(MISTAKES.items()):
            await http.get(f'{site.url}/{number}')
            assert f'shop.py:{lines[code]}: {said}' in site.output
        assert 'Traceback' not in site.output
