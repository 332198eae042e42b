"""People of the tests: each is new, so that tests share a server and nothing else."""

import itertools
import os
from dataclasses import dataclass

import httpx
from playwright.async_api import Locator, Page

from tests.support.mail_catcher import MailCatcher
from tests.support.server import Server

PASSWORD = 'blue bicycle at noon'
_numbers = itertools.count(1)


def new_email(name: str = 'ann') -> str:
    return f'{name}-{os.getpid()}-{next(_numbers)}@visits.example'


@dataclass(frozen=True)
class Person:
    email: str
    password: str = PASSWORD


def headers(site: Server) -> dict[str, str]:
    """What forms.js sends with a form."""
    return {'Accept': 'application/json', 'Origin': site.url}


async def join(page: Page, site: Server, *roles: str, name: str = '') -> Person:
    """Sign up with the page's own cookies, as the form does it; then be given the roles."""
    person = Person(new_email())
    await _post(page, site, 'sign-up', email=person.email, password=person.password, name=name)
    for role in roles:
        await site.cli('grant', person.email, role)
    return person


async def join_by_mail(page: Page, site: Server, mails: MailCatcher, *, name: str = '') -> Person:
    """The same where addresses are verified: with the code from the mail."""
    person = Person(new_email())
    await _post(page, site, 'sign-up', email=person.email, password=person.password, name=name)
    await _post(page, site, 'verify', code=mails.code_in(await mails.mail_to(person.email)))
    return person


async def sign_in(page: Page, site: Server, person: Person) -> None:
    """Sign in with the page's own cookies, as the form does it."""
    await _post(page, site, 'sign-in', email=person.email, password=person.password)


async def _post(page: Page, site: Server, action: str, **fields: str | float | bool) -> None:
    answer = await page.context.request.post(f'{site.url}/auth/{action}', form=fields, headers=headers(site))
    assert answer.status == 200, await answer.text()


async def post(http: httpx.AsyncClient, site: Server, action: str, **fields: str) -> httpx.Response:
    """Send a form without a browser: `post(http, site, 'sign-in', email=…)`."""
    return await http.post(f'{site.url}/auth/{action}', data=fields, headers=headers(site))


async def join_without_browser(http: httpx.AsyncClient, site: Server, *roles: str) -> Person:
    person = Person(new_email())
    answer = await post(http, site, 'sign-up', email=person.email, password=person.password)
    assert answer.status_code == 200, answer.text
    for role in roles:
        await site.cli('grant', person.email, role)
    return person


async def can_sign_in(site: Server, email: str, password: str = PASSWORD) -> bool:
    async with httpx.AsyncClient() as http:
        answer = await post(http, site, 'sign-in', email=email, password=password)
    assert answer.status_code == 200 or answer.json()['error']['reason'] == 'invalid_credentials', answer.text
    return answer.status_code == 200


def form(page: Page, name: str) -> Locator:
    return page.get_by_role('form', name=name, exact=True)


async def fill(page: Page, form_name: str, **fields: str) -> Locator:
    """Type into the fields of a form, `new_password='…'` into "New password"; the form."""
    found = form(page, form_name)
    for field, value in fields.items():
        await found.get_by_label(field.replace('_', ' ').capitalize(), exact=True).fill(value)
    return found


async def submit(page: Page, form_name: str, **fields: str) -> Locator:
    """Fill a form and press its button, which is called as the form is; the form."""
    found = await fill(page, form_name, **fields)
    await found.get_by_role('button', name=form_name).click()
    return found


def account(page: Page, person: Person) -> Locator:
    """The button in the header that says who is signed in."""
    return page.get_by_role('banner').get_by_role('button', name=person.email)
