"""Forms of one's own for all that people do with their account, with plain NiceGUI inputs. Copy it, and change what you
like.
"""

from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

from nicegui import ui

from ui.actions import (
    AuthError,
    change_password,
    confirm_password,
    forgot_password,
    login,
    logout,
    signup,
    update_profile,
)
from ui.forms import sign_in_form, sign_up_form
from ui.gate import Session, account_pages, current_session, gated, page

account_pages(login='/enter', signup='/join', forgot='/forgotten')  # every door and every link leads to these
reviews = [('The Left Hand of Darkness', 'Ursula'), ('A Month in the Country', 'Jim')]  # text, author; in memory


# ------------------------------------------------------------------ what all forms are made of


def field(name: str, label: str, token: str) -> ui.input:
    """An input that password managers know by its name and its autocomplete token; `for` ties the label to it."""
    props = f'for={name} name={name} autocomplete={token}'
    return ui.input(label, password=token.endswith('password')).props(props).classes('w-full')


def submit(form: ui.element, label: str, act: Callable[[], Awaitable[object]], **fields: ui.input) -> None:
    """The button of a form, which Enter presses too: it acts once at a time, and says in words what was refused."""

    async def send() -> None:
        button.disable()
        said.text = ''
        try:
            await act()
        except AuthError as error:
            if error.field in fields:  # 'email', 'name', 'code', 'password' or 'current_password'
                fields[error.field].error = error.message
                fields[error.field].run_method('focus')
            else:
                said.text = error.message
        if not button.is_deleted:  # the form may have gone with the reason for it
            button.enable()

    said = ui.label().classes('text-negative empty:hidden').props('role=alert')
    button = ui.button(label).classes('w-full').props('type=submit')
    form.on('submit.prevent', send)


def own_form(name: str) -> ui.element:
    return ui.element('form').classes('w-full flex flex-col gap-3').props(f'aria-label="{name}" novalidate')


# ------------------------------------------------------------------ sign in, sign up, sign out


def sign_in_by_hand() -> None:
    with own_form('Sign in') as form:
        email = field('email', 'Email', 'username')
        password = field('password', 'Password', 'current-password')
        keep = ui.checkbox('Keep me signed in').props('dense')
        submit(form, 'Sign in', lambda: login(email.value, password.value, keep=keep.value))


@page('/enter', title='Sign in', access='public', nav=False)
def enter(session: Session, next: str = '/') -> None:  # after login() people land on `next` by themselves
    ui.label().bind_text_from(session, 'email', lambda email: f'You are signed in as {email}.' if email else '')
    with ui.card().classes('w-full max-w-md'):
        sign_in_by_hand()
        ui.link('New here? Sign up', f'/join?{urlencode({"next": next})}')
        ui.link('Forgot password?', '/forgotten')


@page('/join', title='Sign up', access='public', nav=False)
def join(next: str = '/') -> None:
    with ui.card().classes('w-full max-w-md'):
        with own_form('Sign up') as form:
            email = field('email', 'Email', 'username')
            name = field('name', 'Name (optional)', 'name')
            password = field('password', 'Password', 'new-password')
            submit(
                form,
                'Sign up',
                lambda: signup(email.value, password.value, name=name.value),
                email=email,
                name=name,
                password=password,
            )
        ui.link('Have an account? Sign in', f'/enter?{urlencode({"next": next})}')


@page('/forgotten', title='Forgot password', access='public', nav=False)
def forgotten() -> None:  # both steps on one page: the code comes by mail, and may be typed on another device
    with ui.card().classes('w-full max-w-md'):
        asking = own_form('Forgot password')
        have_one = ui.button('I have a code').props('flat')
        confirming = own_form('Confirm password')
    confirming.set_visibility(False)
    have_one.on_click(lambda: confirming.set_visibility(True))

    with asking:
        email = field('email', 'Email', 'username')

        async def ask() -> None:
            await forgot_password(email.value)
            confirming.set_visibility(True)

        submit(asking, 'Send code', ask, email=email)
    with confirming:
        code = field('code', 'Verification code', 'one-time-code')
        password = field('password', 'New password', 'new-password')

        async def confirm() -> None:
            await confirm_password(email.value, code.value, password.value)
            ui.notify('Your password was changed. Sign in with it.')
            ui.navigate.to('/enter')

        submit(confirming, 'Set new password', confirm, code=code, password=password)


async def leave() -> None:
    await logout()
    ui.notify('You are signed out.')
    ui.navigate.to('/')


# ------------------------------------------------------------------ the pages around them


def sign_in_first() -> None:
    with ui.card().classes('w-full max-w-md'):
        ui.label('Sign in to publish it. What you wrote stays.')
        sign_in_by_hand()


@gated(access='signed-in', otherwise=sign_in_first)
def publishing(words: ui.textarea, changed: Callable[[], object]) -> None:
    def publish() -> None:
        session = current_session()
        if isinstance(words.value, str) and words.value.strip():  # anything can come
            reviews.append((words.value.strip()[:500], session.name or session.email))
            words.value = ''
            changed()

    ui.button('Publish', on_click=publish)


@page('/', title='Reading club', access='public', icon='menu_book', order=1)
def home() -> None:
    @ui.refreshable
    def shelf() -> None:
        for text, author in reviews:
            with ui.card().classes('w-full'):
                ui.label(text).classes('text-lg')
                ui.label(author)

    words = ui.textarea('What did you read?').classes('w-full max-w-md')
    publishing(words, shelf.refresh)
    shelf()


@page('/members', title='Members', access='signed-in', icon='group', order=2)
def members(session: Session) -> None:
    ui.label().bind_text_from(session, 'email', lambda email: f'You are in, {email}.')
    with ui.card().classes('w-full max-w-md'), own_form('Profile') as profile:
        name = field('name', 'Name', 'name')
        name.value = session.name
        submit(profile, 'Save profile', lambda: update_profile(name=name.value), name=name)
    with ui.card().classes('w-full max-w-md'), own_form('Change password') as change:
        old = field('current_password', 'Current password', 'current-password')
        new = field('password', 'New password', 'new-password')

        async def save() -> None:
            await change_password(old.value, new.value)
            old.value = new.value = ''
            ui.notify('Your password was changed. You are signed out everywhere else.')

        submit(change, 'Change password', save, current_password=old, password=new)
    ui.button('Sign out', on_click=leave)


@page('/ready', title='Ready-made forms', access='public', icon='assignment', order=3)
def ready() -> None:
    ui.label('The same, without a line of your own: both forms come with Nicegate, and people stay on this page.')
    with ui.row().classes('w-full'):
        with ui.card().classes('w-full max-w-md'):
            sign_in_form()
        with ui.card().classes('w-full max-w-md'):
            sign_up_form()
