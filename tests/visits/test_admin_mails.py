"""The outbox as a site admin reads it."""

import re

from tests.conftest import NewPage
from tests.support.browser import assert_accessible, assert_fits, connected
from tests.support.people import PASSWORD, Person, join, new_email, post, sign_in
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
