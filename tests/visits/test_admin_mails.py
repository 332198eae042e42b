"""The outbox as a site admin reads it."""

import asyncio
import re

import httpx
from playwright.async_api import Browser, Page, expect

from tests.conftest import NewPage, Serve
from tests.support.browser import assert_accessible, assert_fits, assert_looks_right, connected, shown, visit
from tests.support.mail_catcher import MailCatcher, plain_text
from tests.support.people import (
    PASSWORD,
    Person,
    form,
    join,
    join_by_mail,
    new_email,
    post,
    sign_in,
)
from tests.support.server import Server


async def test_a_site_admin_hands_on_the_code_of_a_mail_that_waits_for_a_server(site: Server, new_page: NewPage, http):
    ann_page, page = await new_page(site), await new_page(site, viewport={'width': 390, 'height': 800})
    ann, admin = await join(ann_page, site), Person(new_email('root'))
    await site.cli('create-admin', admin.email, '--password-stdin', typed=f'{PASSWORD}\n')
    await post(http, site, 'forgot', email=ann.email)
    await sign_in(page, site, admin)

    await page.goto('/admin/mails')
    await connected(page)
    waiting = page.get_by_role('group').filter(has_text=f'Set a new password, to {ann.email}')
    await waiting.locator('summary').press('Enter')
    [code] = re.findall(r'[A-Z]{4}-[A-Z]{4}', await waiting.inner_text())
    await assert_accessible(page)
    await assert_fits(page)
    new = 'green kettle in may'
    answer = await post(http, site, 'confirm', email=ann.email, code=code, password=new)
    assert answer.json() == {'next': '/login'}
    assert (await post(http, site, 'sign-in', email=ann.email, password=new)).status_code == 200

    await sign_in(ann_page, site, Person(ann.email, new))
    refused = await ann_page.goto('/admin/mails')
    assert refused is not None
    assert refused.status == 403


async def new_admin(page: Page, site: Server) -> Person:
    admin = Person(new_email('root'))
    await site.cli('create-admin', admin.email, '--password-stdin', typed=f'{PASSWORD}\n')
    await sign_in(page, site, admin)
    return admin


async def test_the_outbox_follows_what_becomes_of_mails_and_sends_them_again(
    mailing: Server, mails: MailCatcher, new_page: NewPage, http
):
    page, refused = await new_page(mailing), new_email('refused')
    await new_admin(page, mailing)
    await visit(page, '/admin/mails?address=refused')
    await expect(page.get_by_text('No mail matches.')).to_be_visible()
    mails.refuse[refused] = '550 no such user'
    await post(http, mailing, 'sign-up', email=refused, password=PASSWORD)
    entry = page.get_by_role('table', name='Mails').get_by_role('row').filter(has_text=refused)
    await expect(entry).to_contain_text('550 no such user')
    await assert_looks_right(page)
    del mails.refuse[refused]
    await entry.get_by_role('button', name='Send again').press('Enter')
    await expect(page.get_by_role('alert').filter(has_text='A new code goes out when this person')).to_be_visible()
    await post(http, mailing, 'sign-up', email=refused, password=PASSWORD)  # taken: they are told so
    await expect(entry.filter(has_text='sent')).to_have_count(1)
    await expect(entry).to_have_count(2)
    filter_ = form(page, 'Filter')
    await filter_.get_by_label('Status').select_option('Refused')
    await filter_.get_by_role('button', name='Filter').click()
    await expect(entry).to_have_count(1)
    assert 'status=refused' in page.url and 'address=refused' in page.url


async def test_a_link_is_copied_where_there_is_no_mail_server(site: Server, new_page: NewPage):
    page = await new_page(site)
    await page.context.grant_permissions(['clipboard-read', 'clipboard-write'])
    await new_admin(page, site)
    ann = new_email()
    link = (await site.cli('invite', ann)).strip()
    await visit(page, f'/admin/mails?address={ann}')
    await page.get_by_role('button', name=f'Copy link Invitation to {ann}').press('Enter')
    dialog = page.get_by_role('dialog', name='Copy link')
    await dialog.get_by_role('button', name='Copy link').press('Enter')
    await expect(dialog.get_by_text('Copied.')).to_be_visible()
    assert await page.evaluate('navigator.clipboard.readText()') == link
    await assert_accessible(page)
    await page.keyboard.press('Escape')
    await expect(page.get_by_role('dialog')).to_have_count(0)
    token = link.partition('token=')[2]
    assert site.output.count(token) == 1  # in the mail that was printed


async def test_a_mail_is_worded_anew_tried_and_put_back(mailing: Server, mails: MailCatcher, new_page: NewPage):
    page, other = await new_page(mailing), await new_page(mailing)
    admin = await new_admin(page, mailing)
    await sign_in(other, mailing, admin)
    await visit(page, '/admin/mails')
    await page.get_by_role('link', name='Templates').click()
    await shown(page, 'Mail templates')
    await assert_looks_right(page)
    await page.get_by_role('link', name='Email taken').click()
    await shown(page, 'Email taken')
    await connected(page)
    await visit(other, '/admin/mails/templates/email-taken')
    editor = form(page, 'Template')
    await editor.get_by_label('Subject').fill('Known at {{ hots }}')
    await expect(page.get_by_text('there is no variable "hots" in this mail: write "host"')).to_be_visible()
    await assert_looks_right(page)
    await editor.get_by_role('button', name='Save').click()
    await expect(editor.get_by_label('Subject')).to_have_attribute('aria-invalid', 'true')
    await editor.get_by_label('Subject').fill('Known at {{ host }}')
    await editor.get_by_label('Plain text').fill('{{ name }}, you have an account.')
    host = mailing.url.removeprefix('http://')
    await expect(page.get_by_text(f'Known at {host}', exact=True)).to_be_visible()
    await page.get_by_role('button', name='Send test mail').click()
    test = await mails.mail_to(admin.email)
    assert test['Subject'] == f'Test: Known at {host}'
    await editor.get_by_role('button', name='Save').press('Enter')
    await expect(editor.get_by_text('Saved.')).to_be_visible()
    await expect(page.get_by_text('Other than the default: Subject, Plain text.')).to_be_visible()

    theirs = form(other, 'Template')
    await theirs.get_by_label('Subject').fill('The second')
    await theirs.get_by_role('button', name='Save').click()
    await expect(theirs.get_by_role('alert').filter(has_text='Somebody else has changed this')).to_be_visible()
    await other.get_by_text('Show what they saved').click()
    await expect(other.get_by_text('Known at {{ host }}')).to_be_visible()
    await expect(theirs.get_by_label('Subject')).to_have_value('The second')

    ann = await join_by_mail(await new_page(mailing), mailing, mails)
    async with httpx.AsyncClient() as http:
        await post(http, mailing, 'sign-up', email=ann.email, password=PASSWORD)
    taken = await mails.mail_to(ann.email, nth=2)
    assert taken['Subject'] == f'Known at {host}' and plain_text(taken).strip() == ', you have an account.'
    await page.get_by_role('button', name='Back to the default').click()
    await page.get_by_role('dialog').get_by_role('button', name='Back to the default').click()
    await expect(form(page, 'Template').get_by_label('Subject')).to_have_value('You already have an account')
    await expect(page.get_by_role('button', name='Back to the default')).to_be_hidden()
    missing = await page.goto('/admin/mails/templates/no-such')
    assert missing is not None and missing.status == 404


HOSTILE = """{{ code }}<link rel="preconnect" href="ELSEWHERE"><link rel=stylesheet href="ELSEWHERE/s">
<script>top.stolen = document.cookie; fetch('ELSEWHERE/script')</script>
<img src="ELSEWHERE/i.png" onerror="top.stolen = 1"><img src="/admin/mails?img">
<style>@import 'ELSEWHERE/css'; body { background: url(ELSEWHERE/bg) }</style>
<iframe src="ELSEWHERE/frame"></iframe><object data="ELSEWHERE/object"></object>
<meta http-equiv="refresh" content="0;url=ELSEWHERE/refresh"><base href="ELSEWHERE/">
<form action="ELSEWHERE/form"><button id="go">Go</button></form><svg onload="top.stolen = 1"></svg>
<a href="ELSEWHERE/link">A link</a><a target="_self" href="ELSEWHERE/self">Another link</a>"""


async def test_what_is_hostile_in_a_mail_does_nothing_in_its_preview(serve: Serve, browser: Browser):
    site = await serve()
    connections: list[object] = []
    elsewhere = await asyncio.start_server(lambda _, writer: connections.append(writer), '127.0.0.1', 0)
    context = await browser.new_context(base_url=site.url, reduced_motion='reduce')
    page, answered = await context.new_page(), list[str]()
    await new_admin(page, site)
    await visit(page, '/admin/mails/templates/verify-email')
    context.on('response', lambda response: answered.append(response.url))
    hostile = HOSTILE.replace('ELSEWHERE', f'http://localhost:{elsewhere.sockets[0].getsockname()[1]}')
    await form(page, 'Template').get_by_label('HTML').fill(hostile)
    preview = page.frame_locator('iframe[title="Preview of the HTML"]')
    await expect(preview.get_by_text('A link', exact=True)).to_be_visible()
    await preview.get_by_text('A link', exact=True).click()
    await preview.get_by_text('Another link').click()
    await preview.get_by_role('button', name='Go').click()
    await form(page, 'Template').get_by_role('button', name='Save').click()
    await expect(form(page, 'Template').get_by_text('Saved.')).to_be_visible()
    assert not connections and not [url for url in answered if not url.startswith('about:')]
    assert await page.evaluate('window.stolen') is None and len(context.pages) == 1
    await context.close()
    elsewhere.close()
