"""A site admin changes settings and attributes while the site runs, and others meet them."""

import json
import re

from playwright.async_api import Page, expect

from tests.conftest import NewPage, Serve
from tests.support.browser import assert_accessible, assert_looks_right, shown, tab_to, visit
from tests.support.people import PASSWORD, Person, fill, form, headers, join, new_email, post, sign_in, submit
from tests.support.server import Server


async def admin_page(new_page: NewPage, site: Server) -> Page:
    page, ada = await new_page(site), Person(new_email('ada'))
    await site.cli('create-admin', ada.email, '--password-stdin', typed=f'{PASSWORD}\n')
    await sign_in(page, site, ada)
    await visit(page, '/admin/settings')
    return page


async def save(page: Page, form_name: str, said: str | re.Pattern[str] = 'Saved.') -> None:
    await form(page, form_name).get_by_role('button', name='Save').click()
    await expect(form(page, form_name).get_by_role('status').last).to_have_text(said)


def sign_up_links(page: Page):
    return page.get_by_role('link', name='Sign up')


async def test_sign_up_is_closed_in_pages_that_are_open(serve: Serve, new_page: NewPage, http):
    site = await serve(verify_email='off')
    admin, page, login = await admin_page(new_page, site), await new_page(site), await new_page(site)
    await visit(page, '/signup')
    await visit(login, '/login')
    await fill(page, 'Create account', email='half@typed.example')
    await expect(sign_up_links(login)).to_have_count(1)
    await visit(other := await new_page(site), '/')
    await expect(sign_up_links(other)).to_have_count(1)
    await form(admin, 'Sign-up').get_by_label('Nobody').check()
    await save(admin, 'Sign-up')
    await expect(sign_up_links(other)).to_have_count(0)
    await expect(sign_up_links(login)).to_have_count(0)
    await submit(page, 'Create account', password=PASSWORD)
    await expect(page.get_by_role('alert').filter(has_text='Sign-up is closed')).to_be_visible()
    await expect(form(page, 'Create account').get_by_label('Email')).to_have_value('half@typed.example')
    await visit(page, '/signup')
    await shown(page, 'Sign-up is closed')
    await assert_looks_right(page)
    body = {'email': new_email(), 'password': PASSWORD, 'name': ''}
    answer = await http.post(f'{site.url}/api/auth/signup', json=body)
    assert (answer.status_code, answer.json()['error']['reason']) == (403, 'sign_up_closed')
    assert (await post(http, site, 'sign-up', **body)).status_code == 403

    await form(admin, 'Sign-up').get_by_label('Only people with an invitation').check()
    await save(admin, 'Sign-up')
    await visit(page, '/signup')
    await shown(page, 'By invitation only')
    await expect(page.get_by_role('main')).to_contain_text('Ask a site admin for an invitation.')
    assert (await http.post(f'{site.url}/api/auth/signup', json=body)).json()['error']['reason'].endswith('only')
    await visit(page, (await site.cli('invite', new_email())).strip().removeprefix(site.url))
    await submit(page, 'Set password', name='Eve', new_password=PASSWORD)
    await shown(page, 'Car rental')

    await form(admin, 'Sign-up').get_by_label('Everybody').check()
    await form(admin, 'Sign-up').get_by_label('Allowed email domains').fill('cars.example\n*.org.example')
    await save(admin, 'Sign-up')
    answer = await http.post(f'{site.url}/api/auth/signup', json=body)
    assert (answer.status_code, answer.json()['error']['reason']) == (422, 'email_domain')
    assert 'cars.example or any domain below org.example' in answer.json()['error']['message']
    answer = await http.post(f'{site.url}/api/auth/signup', json=body | {'email': 'ann@a.org.example'})
    assert answer.status_code == 202


async def test_name_and_colour_follow_in_every_open_page_and_stay_after_a_restart(serve: Serve, new_page: NewPage):
    site = await serve()
    admin, page = await admin_page(new_page, site), await new_page(site)
    await visit(page, '/login')
    await fill(page, 'Sign in', email='half@typed.example')
    hostile = '<b>Ann & Sons</b>'
    await form(admin, 'Site').get_by_label('Site name').fill(hostile)
    await form(admin, 'Site').get_by_label('Colour').fill('#ffee00')
    await save(admin, 'Site', re.compile(r'^Saved\. So that words can be read, it is #[0-9a-f]{6} in light and #'))
    brand = page.get_by_role('banner').get_by_role('link', name=hostile)
    await expect(brand).to_have_text(hostile)
    made = 'getComputedStyle(document.body).getPropertyValue("--nc-accent")'
    color = await page.evaluate(made)
    assert color != '#1d5fa8'
    await expect(form(page, 'Sign in').get_by_label('Email')).to_have_value('half@typed.example')
    for tab in (page, admin):
        await assert_accessible(tab)

    await site.stop()
    await site.start()
    await visit(page, '/login')
    await expect(brand).to_be_visible()
    await page.emulate_media(color_scheme='light')
    await page.wait_for_function(f'{made} === {json.dumps(color)}')  # the scheme follows a moment later
    await visit(admin, '/admin/settings')
    await expect(form(admin, 'Site').get_by_label('Colour')).to_have_value('#ffee00')
    await form(admin, 'Site').get_by_label('Site name').fill('')
    await form(admin, 'Site').get_by_label('Colour').fill('#1d5fa8')
    await save(admin, 'Site')
    await expect(page.get_by_role('banner').get_by_role('link', name='Nicegate')).to_be_visible()


async def test_lengths_and_times_are_refused_clearly_warned_about_and_known_to_the_command_line(
    serve: Serve, new_page: NewPage
):
    site = await serve(session_keep='14d')
    admin = await admin_page(new_page, site)
    length = form(admin, 'Passwords').get_by_label('Minimum length')
    for wrong in ('5', '1e9', '-8', 'eight'):
        await length.fill(wrong)
        await form(admin, 'Passwords').get_by_role('button', name='Save').click()
        await expect(length).to_have_accessible_description(
            re.compile('^This cannot be used. Write a number from 6 to 64')
        )
        await expect(length).to_be_focused()
    await length.fill('6')
    await save(admin, 'Passwords', re.compile('^Saved. Fewer than 8 characters are easy to guess'))
    await length.fill('20')
    await length.press('Enter')
    await expect(form(admin, 'Passwords').get_by_role('status').last).to_have_text('Saved.')
    refused = await site.cli('create-user', new_email(), '--password-stdin', typed='blue bicycle at 19\n', refused=True)
    assert '20 or more' in refused

    sessions = form(admin, 'Sessions')
    keep = sessions.get_by_label('Keep me signed in')
    await expect(keep).to_be_disabled()
    await expect(keep).to_have_value('14d')
    await expect(keep).to_have_accessible_description(re.compile('Set by NICEGATE_SESSION_KEEP'))
    await keep.evaluate('input => { input.disabled = false; input.value = "1d" }')  # by the developer tools, say
    await sessions.get_by_label('Idle time').fill('1 fortnight')
    await sessions.get_by_role('button', name='Save').click()
    await expect(sessions).to_contain_text('Write a number and a unit, from 1m to 3650d, such as 30m.')
    await sessions.get_by_label('Idle time').fill('2h')
    await save(admin, 'Sessions')
    await visit(admin, '/admin/settings')
    await expect(sessions.get_by_label('Idle time')).to_have_value('2h')
    await expect(keep).to_have_value('14d')


async def test_an_attribute_is_asked_for_at_sign_up_and_stands_on_the_profile(serve: Serve, new_page: NewPage):
    site = await serve()
    admin, page = await admin_page(new_page, site), await new_page(site)
    await expect(admin.get_by_role('main')).to_contain_text('No attributes yet. Add the first one')
    await admin.get_by_role('button', name='Add attribute').focus()
    await admin.keyboard.press('Enter')
    dialog = admin.get_by_role('dialog', name='Add attribute')
    await expect(dialog.get_by_label('Key')).to_be_focused()
    await admin.keyboard.type('Phone number')
    await admin.keyboard.press('Enter')
    await expect(dialog).to_contain_text('An attribute is called by small letters')
    await dialog.get_by_label('Key').fill('phone')
    for box in ('Ask for it at sign-up', 'Required'):
        await tab_to(admin, box)
        await admin.keyboard.press('Space')
    await assert_looks_right(admin)
    await admin.keyboard.press('Enter')
    await expect(dialog).to_have_count(0)
    for key, kind in (('photo', 'image'), ('badge', 'text')):
        await admin.get_by_role('button', name='Add attribute').click()
        await dialog.get_by_label('Key').fill(key)
        await dialog.get_by_label('Kind').select_option(kind)
        await dialog.get_by_label('Ask for it at sign-up').set_checked(key == 'photo')
        await dialog.get_by_role('button', name='Add attribute').click()
        await expect(dialog).to_have_count(0)
    await admin.get_by_role('button', name='Move up Badge').click()
    await expect(admin.get_by_role('rowheader')).to_have_text(['Phone', 'Badge', 'Photo'])
    await assert_looks_right(admin)

    ann = Person(new_email())
    await visit(page, '/signup')
    created = await submit(page, 'Create account', email=ann.email, password=ann.password)
    await expect(created.get_by_label('Phone')).to_be_focused()
    await expect(created).to_contain_text('Phone is needed: fill it in.')
    await expect(created.get_by_label('Badge')).to_have_count(0)
    await submit(page, 'Create account', phone='030 1234', photo='javascript:alert(1)')
    await expect(created).to_contain_text('Photo cannot be used like this. Write the web address of a picture')
    await assert_looks_right(page)
    await submit(page, 'Create account', photo='https://pictures.example/ann.png')
    await shown(page, 'Car rental')
    await visit(page, '/profile')
    profile = form(page, 'Profile')
    await expect(profile.get_by_label('Phone')).to_have_value('030 1234')
    picture = page.get_by_role('link', name='https://pictures.example/ann.png')
    await expect(picture).to_have_attribute('rel', 'noopener noreferrer')
    await profile.get_by_label('Phone').fill('')
    await profile.get_by_role('button', name='Save profile').click()
    await expect(profile).to_contain_text('Phone is needed: fill it in.')
    answer = await page.context.request.post(
        f'{site.url}/auth/profile', form={'attribute.phone': ' '}, headers=headers(site)
    )
    assert (answer.status, (await answer.json())['error']['field']) == (422, 'attribute.phone')
    await site.cli('create-user', new_email(), '--password-stdin', typed=f'{PASSWORD}\n')  # required binds no admin

    await admin.get_by_role('button', name='Delete Photo').click()
    dialog = admin.get_by_role('dialog', name='Delete Photo?')
    await expect(dialog).to_contain_text('What people have written stays with them')
    await dialog.get_by_role('button', name='Delete').click()
    await expect(admin.get_by_role('rowheader')).to_have_text(['Phone', 'Badge'])
    await visit(page, '/profile')
    await expect(picture).to_have_count(0)


async def test_only_site_admins_get_there(site: Server, page: Page):
    await join(page, site, 'Admin')
    assert await visit(page, '/admin/settings') == 403
