"""Forms, and the header around them, as fingers meet them: pressed twice, cut off, left empty, used by keyboard."""

from pathlib import Path

from playwright.async_api import Page, Request, Route, expect

from tests.conftest import NewPage, Serve
from tests.support.browser import assert_accessible, shown, visit
from tests.support.people import account, fill, form, join
from tests.support.server import Server

UNREACHABLE = 'The server could not be reached. Nothing was lost: try again.'
PLAIN_PAGES = Path(__file__).with_name('plain_pages.py')


async def _filled(page: Page) -> None:
    await visit(page, '/login')
    await fill(page, 'Sign in', email='ann@visits.example', password='not the right one')


async def test_a_form_is_sent_once_however_often_its_button_is_pressed(page: Page, site: Server):
    await _filled(page)
    sent: list[Request] = []
    held: list[Route] = []

    async def hold(route: Route) -> None:
        held.append(route)

    page.on('request', lambda request: sent.append(request) if request.method == 'POST' else None)
    await page.route('**/auth/sign-in', hold)
    button = form(page, 'Sign in').get_by_role('button', name='Sign in', exact=True)
    await button.press('Enter')
    await expect(button).to_be_disabled()
    await button.press('Enter')
    await held[0].continue_()
    await expect(page.get_by_role('alert').filter(has_text='wrong')).to_be_visible()
    await expect(button).to_be_enabled()
    assert len(sent) == 1


async def test_a_server_that_cannot_be_reached_loses_nothing_that_was_typed(page: Page, site: Server):
    await _filled(page)
    sign_in = form(page, 'Sign in')
    for fault in (lambda route: route.abort(), lambda route: route.fulfill(status=418, body='<html>I am a teapot')):
        await page.route('**/auth/sign-in', fault)
        await sign_in.get_by_role('button', name='Sign in', exact=True).click()
        await expect(sign_in.get_by_role('alert').filter(has_text=UNREACHABLE)).to_be_visible()
        await page.unroute('**/auth/sign-in')
    await expect(sign_in.get_by_label('Email')).to_have_value('ann@visits.example')
    await expect(sign_in.get_by_label('Password', exact=True)).to_have_value('not the right one')
    await sign_in.get_by_role('button', name='Sign in', exact=True).click()
    await expect(sign_in.get_by_role('alert').filter(has_text='Email or password is wrong.')).to_be_visible()


async def test_empty_fields_are_named_and_the_first_of_them_gets_the_focus(page: Page, site: Server):
    await visit(page, '/login')
    sign_in = form(page, 'Sign in')
    await sign_in.get_by_role('button', name='Sign in', exact=True).click()
    for label, said in (('Email', 'Enter your email.'), ('Password', 'Enter your password.')):
        field = sign_in.get_by_label(label, exact=True)
        await expect(field).to_have_attribute('aria-invalid', 'true')
        await expect(field).to_have_accessible_description(said)
    await expect(sign_in.get_by_label('Email')).to_be_focused()
    await sign_in.get_by_label('Email').fill('a')
    await expect(sign_in.get_by_label('Email')).not_to_have_attribute('aria-invalid', 'true')


async def test_nothing_that_is_typed_or_opened_in_the_browser_reaches_the_server(page: Page, site: Server):
    frames: list[str] = []
    page.on('websocket', lambda socket: socket.on('framesent', lambda frame: frames.append(str(frame))))
    await _filled(page)
    await page.get_by_role('button', name='Theme').click()
    await page.keyboard.press('Escape')
    await page.get_by_role('link', name='Sign up').click()  # a move is an event: what came before it is sent
    await shown(page, 'Create account')
    assert not any('ann@visits' in frame or 'not the right' in frame for frame in frames)
    assert sum('"event"' in frame for frame in frames) == 1


async def test_an_open_menu_and_the_focus_stay_when_roles_change(page: Page, site: Server):
    ann = await join(page, site)
    await visit(page, '/cars')
    await account(page, ann).press('ArrowDown')
    profile = page.get_by_role('menuitem', name='Profile')
    await expect(profile).to_be_focused()
    await site.cli('grant', ann.email, 'Premium')
    await expect(page.get_by_role('link', name='Best cars')).to_be_visible()
    await expect(profile).to_be_focused()
    await page.keyboard.press('Escape')
    await page.get_by_role('link', name='Best cars').focus()
    await site.cli('grant', ann.email, 'Admin')
    await expect(page.get_by_role('link', name='Staff area')).to_be_visible()
    await expect(page.get_by_role('link', name='Best cars')).to_be_focused()


async def test_the_focus_goes_to_the_title_of_a_page_that_closes_by_itself(page: Page, site: Server):
    ann = await join(page, site, 'Premium')
    await visit(page, '/premium')
    await page.get_by_role('button', name='Reserve Porsche 911 Carrera').focus()
    await site.cli('revoke', ann.email, 'Premium')
    await shown(page, "You don't have access to this page")
    await expect(page.get_by_role('heading', level=1)).to_be_focused()
    assert 'Porsche' not in await page.content()


async def test_plain_elements_of_nicegui_are_accessible_too(new_page: NewPage, serve: Serve):
    page = await new_page(await serve(pages=PLAIN_PAGES))
    await visit(page, '/')
    await assert_accessible(page)
    await page.get_by_role('button', name='Open menu').click()
    await page.get_by_role('menuitem', name='First').wait_for()
    await assert_accessible(page)
    await page.keyboard.press('ArrowDown')
    await expect(page.get_by_role('menuitem', name='First')).to_be_focused()
    await page.keyboard.press('Escape')
    await page.get_by_label('Letter').click()
    await page.get_by_role('option', name='b').wait_for()
    await assert_accessible(page)
    await page.keyboard.press('Escape')
    await page.get_by_role('button', name='Open dialog').click()
    await page.get_by_role('dialog', name='Are you sure?').wait_for()
    await assert_accessible(page)
