"""The words for every reason: what happened and what to do. Nothing else in the interface phrases a refusal."""

from collections.abc import Mapping

from auth.errors import AuthError, Reason
from auth.mail.language import Problem
from auth.page_gates import Use

PERSONAL = 'This page is about the person who is signed in, so it cannot be public.'

_WORDS: dict[Reason, str] = {
    Reason.INVALID_CREDENTIALS: 'Email or password is wrong.',
    Reason.EMAIL_INVALID: 'This is not an email address. Write it like name@example.com.',
    Reason.EMAIL_TAKEN: 'There is already an account with this email. {cure}',
    Reason.PASSWORD_TOO_SHORT: 'This password is too short. Use {minimum} or more characters.',
    Reason.PASSWORD_TOO_LONG: 'This password is too long. Use {maximum} or fewer characters.',
    Reason.PASSWORD_COMMON: 'This password is easy to guess. Use a longer one, such as three or four unrelated words.',
    Reason.NAME_INVALID: 'This name cannot be used. Use up to 200 letters, digits and signs on one line.',
    Reason.INPUT_INVALID: 'Something in this form could not be read. Check what you typed and try again.',
    Reason.DATE_INVALID: 'This is not a day. Choose one, or leave it empty.',
    Reason.DATE_OVER: 'This day is over. Choose one to come, or leave it empty.',
    Reason.CHANGED_MEANWHILE: 'Somebody else has changed this meanwhile. {now}',
    Reason.BLOCK_REASON_INVALID: 'This reason cannot be used. Write up to 500 letters, digits and signs on one line.',
    Reason.SETUP_LINK_INVALID: 'This set-up link is not valid any more. Restart Nicegate and open the link it prints.',
    Reason.SETUP_DONE: 'This site is set up already. Sign in with the account of a site admin.',
    Reason.TICKET_INVALID: 'This page is out of date: you signed in or out in another tab. Reload it and try again.',
    Reason.NOT_SIGNED_IN: 'Your account was made, but you could not be signed in. Sign in with it to go on.',
    Reason.ATTRIBUTE_INVALID: '{label} cannot be used like this. {cure}',
    Reason.ATTRIBUTE_KEY_INVALID: 'An attribute is called by small letters, digits and _, such as home_town.',
    Reason.ATTRIBUTE_LABEL_INVALID: 'This label cannot be used. Use up to 100 letters, digits and signs on one line.',
    Reason.ATTRIBUTE_MISSING: '{label} is needed: fill it in.',
    Reason.ATTRIBUTE_TAKEN: 'There is an attribute with this key already. Edit that one, or choose another key.',
    Reason.ATTRIBUTES_MANY: 'There are {maximum} attributes, which is as many as forms can show. Delete one first.',
    Reason.ATTRIBUTE_UNKNOWN: 'There is nothing called "{key}" that you may change here.',
    Reason.CODE_INVALID: 'This code is wrong or too old. Check it, or ask for a new one.',
    Reason.PASSWORD_WRONG: 'This is not your current password.',
    Reason.PASSWORD_SAME: 'This is the password you have. Choose another one.',
    Reason.PASSWORD_MUST_CHANGE: 'Somebody else made this password. Sign in with a browser and choose your own first.',
    Reason.PASSWORD_STOPPED: 'Too many wrong passwords for this account. Reset the password to sign in again.',
    Reason.EMAIL_UNVERIFIED: 'Verify your email first: a code was sent to it.',
    Reason.EMAIL_SAME: 'This is your email already.',
    Reason.SIGN_UP_OVER: 'This step is over: it was done, is too old, or began anew elsewhere. Sign in to go on.',
    Reason.SIGN_UP_CLOSED: 'Sign-up is closed: accounts on this site are made by its site admins.',
    Reason.SIGN_UP_INVITATION_ONLY: 'This site is by invitation only. Ask a site admin for an invitation.',
    Reason.EMAIL_DOMAIN: 'This site does not take emails of this domain. {cure}',
    Reason.SETTING_INVALID: 'This cannot be used. {cure}',
    Reason.SETTING_FIXED: 'This is set by {variable} on the machine that runs this site. Change it there.',
    Reason.INVITATION_INVALID: 'This invitation is not valid. Ask a site admin for a new one.',
    Reason.INVITATION_EXPIRED: 'This invitation is too old. Ask a site admin for a new one.',
    Reason.INVITATION_USED: 'This invitation was used already. Sign in with the password that was set.',
    Reason.INVITATION_WITHDRAWN: 'This invitation was withdrawn. Use the newest one, or ask a site admin for it.',
    Reason.INVITATION_NEEDLESS: 'This person has a password already. They sign in, or set a new one at /forgot.',
    Reason.THROTTLED: 'Too many tries. Wait {wait} and try again.',
    Reason.TOKEN_INVALID: 'This token is not valid, or too old.',
    Reason.BUSY: 'Too many people are signing in right now. Wait a few seconds and try again.',
    Reason.UNAVAILABLE: 'The server could not do this right now. Nothing was changed: try again in a moment.',
    Reason.FORBIDDEN: 'You are not allowed to do this. Ask a site admin for access.',
    Reason.CROSS_SITE: 'This request came from another site, so it was refused. Open this site itself and try again.',
    Reason.LAST_SITE_ADMIN: 'This is the last site admin. Make somebody else a site admin first.',
    Reason.USER_NOT_FOUND: 'There is no such user. Check the email.',
    Reason.ROLE_NOT_FOUND: 'There is no role "{role}": {cure}',
    Reason.GROUP_NOT_FOUND: 'There is no such group. Check its name.',
    Reason.LABEL_INVALID: 'This name cannot be used. Use 1 to 100 letters, digits and signs on one line.',
    Reason.LABEL_TAKEN: 'There is already a {thing} called "{name}". Choose another name.',
    Reason.NAMED_IN_CODE: "This site's pages name it, so it cannot be deleted. It can be renamed.",
    Reason.NOT_IN_CODE: 'The code says nothing about the roles of this group. Choose them here.',
    Reason.FIXED: 'This belongs to Nicegate itself and stays as it is.',
    Reason.ROLE_IN_USE: 'Groups ask for this role: {groups}. Confirm that it is taken from them, or change them first.',
    Reason.MAIL_NOT_FOUND: 'This mail is gone: old ones are deleted.',
    Reason.MAIL_SECRET_GONE: 'This mail cannot be sent again: what it brought is not kept. {cure}',
    Reason.MAIL_NOT_FOR_COPYING: 'There is no link here to copy. Only mails that wait without a mail server have one.',
    Reason.MAIL_TEMPLATE_NOT_FOUND: 'There is no such mail. Go back to the list of mails.',
    Reason.MAIL_TEMPLATE_INVALID: '{problem}.',  # with its line
    Reason.PAGE_NOT_FOUND: 'There is no such page any more. Reload this one to see what there is.',
    Reason.PAGE_LOCKED: 'This page is locked: its gate is changed in code only.',
    Reason.PAGE_PERSONAL: PERSONAL,
    Reason.PAGE_IN_USE: 'A redirect leads here ({use}), and would keep its people out. Change the redirect first.',
    Reason.GATE_INVALID: 'Choose at least one group.',
    Reason.REDIRECT_UNFIT: 'People could not open {path}: they would be sent round for ever. Choose another page.',
}

_OPERATOR_WORDS: dict[Reason, str] = {
    Reason.INVITATION_NEEDLESS: '{email} has a password already: use set-password for a new one.',
    Reason.EMAIL_TAKEN: '{email} is there already: use set-password or grant.',
    Reason.USER_NOT_FOUND: 'There is no user {email}: check the email.',
}
"""What the command line says in other words than a page."""

_DEVELOPER_WORDS: dict[Reason, str] = {
    Reason.USER_NOT_FOUND: '{email} is no demo person: reload this page for the list as it is now.',
    Reason.EMAIL_TAKEN: '{email} has a password, so it is no demo person: delete that account, or rename the group.',
    Reason.FORBIDDEN: '{email} is blocked: the command "unblock {email}" lets them in again.',
}
"""What a developer hears who cannot become a demo person."""

_MAIL_CURES = {
    'verify email': 'A new code goes out when this person signs in, or asks for one at /verify.',
    'reset password': 'Let this person ask for a new code at /forgot.',
    'change email': 'Let this person change the email once more on /profile.',
    'invitation': 'Send a new invitation on the page of this user.',
}
"""What to do where the code or the link of a mail is gone."""

_TEMPLATE_PROBLEMS: dict[object, str] = {
    Problem.SYNTAX: 'this is not a template: {what}',
    Problem.VARIABLE: 'there is no variable "{what}" in this mail',
    Problem.FILTER: 'there is no filter or test "{what}" in mails',
    Problem.WORD: 'a mail cannot use this ({what}), only variables, a few filters, and if',
    Problem.FRAME: 'this text cannot extend that',
    Problem.DEEP: 'this is nested too deeply: make it simpler',
    Problem.LONG: 'this is too long: make it shorter',
    Problem.EMPTY: 'this is empty: write something',
    Problem.LINES: 'a subject is one line of letters, digits and signs',
    Problem.SECRET: 'nobody can use this mail without {{{{ {what} }}}}: write it where it is always shown',
    Problem.SECRET_SHOWN: '{{{{ {what} }}}} does not belong in a subject, which locked screens show: leave it out',
    Problem.FAILED: 'this cannot be rendered: {what}',
    Problem.HEAVY: 'there are too many tags, or too many styles for them: leave some out',
}

_ATTRIBUTE_CURES = {
    'text': 'Use up to 1,000 letters, digits and signs on one line.',
    'url': 'Write a web address like https://example.com/picture.png.',
    'image': 'Write the web address of a picture, like https://example.com/picture.png.',
}

ATTRIBUTE_HELP = {
    'text': '',
    'url': 'A web address.',
    'image': 'The web address of a picture.',
}
"""Said below a field for an attribute, by its kind."""

_SETTING_CURES = {
    'sign_up': 'Choose one of the three.',
    'verify_email': 'Write on or off.',
    'password_min_length': 'Write a number from 6 to 64.',
    'session_idle': 'Write a number and a unit, from 1m to 3650d, such as 30m.',
    'session_lifetime': 'Write a number and a unit, from 1m to 3650d, such as 24h.',
    'session_keep': 'Write a number and a unit, from 1m to 3650d, such as 30d.',
}
_DOMAINS_NAMED = 3
"""Domains that a refusal names at most; of a longer list it would be hard to read."""

_PROGRAM_WORDS: dict[Reason, str] = {
    Reason.INPUT_INVALID: 'This request could not be read: {what}.',
    Reason.TOKEN_INVALID: 'This token is not valid (any more). Get a new one with the refresh token, or sign in again.',
    Reason.EMAIL_UNVERIFIED: 'This email is not verified yet. Verify it with the code that was sent to it.',
}
"""What a program's developer hears, who knows no form and no page."""

_DEFAULTS: Mapping[str, object] = {
    'minimum': 8,
    'maximum': 256,
    'role': '',
    'cure': 'check its name.',
    'email': 'with this address',
    'label': 'This',
    'key': '',
    'now': 'Look at what it is now, and save again.',
    'thing': 'role or group',
    'name': 'this',
    'groups': 'see the list',
    'variable': 'its variable',
    'wait': 'a few minutes',
    'use': 'set below',
    'path': 'that page',
    'what': 'a value in it cannot be used',
}
"""Stand-ins for values that a caller left out, so that saying a refusal can never fail itself."""

REDIRECTS: Mapping[Use, str] = {
    Use.SIGNED_OUT: 'Where signed-out people go',
    Use.NO_ACCESS: 'Where people without access go',
    Use.AFTER_SIGN_IN: 'Where sign-in leads',
    Use.AFTER_SIGN_OUT: 'Where sign-out leads',
}
"""What the redirects are called."""

FIELD: dict[Reason, str] = {
    Reason.EMAIL_INVALID: 'email',
    Reason.EMAIL_TAKEN: 'email',
    Reason.PASSWORD_TOO_SHORT: 'password',
    Reason.PASSWORD_TOO_LONG: 'password',
    Reason.PASSWORD_COMMON: 'password',
    Reason.NAME_INVALID: 'name',
    Reason.CODE_INVALID: 'code',
    Reason.PASSWORD_WRONG: 'current_password',
    Reason.PASSWORD_SAME: 'password',
    Reason.EMAIL_SAME: 'email',
    Reason.LABEL_INVALID: 'name',
    Reason.LABEL_TAKEN: 'name',
    Reason.ROLE_IN_USE: 'taken',
    Reason.EMAIL_DOMAIN: 'email',
    Reason.ATTRIBUTE_KEY_INVALID: 'key',
    Reason.ATTRIBUTE_TAKEN: 'key',
    Reason.ATTRIBUTE_LABEL_INVALID: 'label',
}
"""The form field that a refusal belongs to; the others are said above the form."""

EMPTY = {
    'email': 'Enter your email.',
    'password': 'Enter your password.',
    'new_password': 'Choose a password.',
    'code': 'Enter the code from the mail.',
    'label': 'Enter a name.',
}
"""Said in the browser when a required field is sent empty."""

OPTIONAL = 'Optional.'
SAVED = 'Saved.'
SETTING_EMPTY = 'Write a value. The standard one stands below.'

PASSWORD_RESET = 'Your password was changed. Sign in with it.'  # noqa: S105 - words
PASSWORD_CHANGED = 'Your password was changed. You are signed out everywhere else.'  # noqa: S105 - words
PROFILE_SAVED = 'Your profile was saved.'
EMAIL_CHANGED = 'Your email was changed.'
CODE_SENT = 'A new code is on its way.'
ACCOUNT_DELETED = 'Your account was deleted.'

UNREACHABLE = 'The server could not be reached. Nothing was lost: try again.'

CODE_HELP = 'Eight letters. Capitals and dashes do not matter.'
CODE_MISSING = 'No mail yet? Look into the spam folder, or ask for a new code.'
CODE_ASKED = 'If there is an account for this email, a new code is on its way. Earlier ones are dead.'
MAIL_IN_TERMINAL = 'No mail server is set: the code is in the terminal.'

LAST_SITE_ADMIN_STAYS = 'You are the last site admin. Make somebody else a site admin first, then you can go.'

PASSWORD_FINE = 'This password is fine.'  # noqa: S105 - words

SET_UP_HINT = 'There is no site admin yet. The set-up link is in the terminal where this site was started.'
NO_GATE = 'No gate yet: only site admins see this page.'

DENIED = "You don't have access to this. Ask a site admin for it."
SIGN_IN_FIRST = 'Sign in first: this is not open to everybody.'


def put_words(error: AuthError) -> None:
    """Give a refusal its plain words, and the field it belongs to, for whoever shows it."""
    error.message, error.field = say(error), field_of(error)


def field_of(error: AuthError) -> str | None:
    """The form field that a refusal belongs to; None: it is said above the form."""
    if error.reason in (Reason.ATTRIBUTE_INVALID, Reason.ATTRIBUTE_MISSING) and 'key' in error.values:
        return f'attribute.{error.values["key"]}'
    if 'field' in error.values:  # whoever refused knew which
        return str(error.values['field'])
    return FIELD.get(error.reason)


def say(error: AuthError) -> str:
    """Plain words for a refusal."""
    return _WORDS[error.reason].format_map({**_DEFAULTS, **_in_words(error)})


def _in_words(error: AuthError) -> Mapping[str, object]:
    values = dict(error.values)
    if isinstance(wait := values.get('wait'), int):
        values['wait'] = duration(wait)
    if 'use' in values:
        values['use'] = REDIRECTS[Use(str(values['use']))].lower()
    if 'kind' in values:
        values['cure'] = _ATTRIBUTE_CURES[str(values['kind'])]
    if error.reason is Reason.MAIL_SECRET_GONE:
        values['cure'] = _MAIL_CURES.get(str(values.get('template')), 'Do again what it was sent for.')
    if error.reason is Reason.MAIL_TEMPLATE_INVALID:
        values['problem'] = _template_problem(values)
    if error.reason is Reason.EMAIL_TAKEN:  # who adds others is told which
        is_admins = 'email' in values
        values['cure'] = 'Search for it in the list.' if is_admins else 'Sign in instead, or use another email.'
    if 'setting' in values:
        values['cure'] = _setting_cure(str(values['setting']), str(values.get('why') or ''))
    if error.reason is Reason.EMAIL_DOMAIN:
        values['cure'] = _domain_cure(values.get('domains'))
    return values


def _template_problem(values: Mapping[str, object]) -> str:
    what = values.get('what') or 'look at its variables and braces'
    words = _TEMPLATE_PROBLEMS.get(values.get('problem'), 'this cannot be sent').format(what=str(what).rstrip('.'))
    if meant := values.get('meant'):
        words += f': write "{meant}"'
    line = values.get('line')
    return f'Line {line}: {words}' if line else words[0].upper() + words[1:]


def _setting_cure(name: str, why: str) -> str:
    return _SETTING_CURES.get(name) or f'{why[:1].upper()}{why[1:] or "Check what you typed"}.'


def _domain_cure(domains: object) -> str:
    if not isinstance(domains, tuple) or len(domains) > _DOMAINS_NAMED:
        return 'Use another one, or ask a site admin.'
    named = [str(domain).replace('*.', 'any domain below ', 1) for domain in domains]
    return f'Use one of {" or ".join(named)}.'


def duration(seconds: int) -> str:
    """A time to wait, rounded up to what people count in: `40 seconds`, `4 minutes`, `3 hours`."""
    for unit, length in (('second', 1), ('minute', 60), ('hour', 3600)):
        count = -(-seconds // length)
        if count < 60 or unit == 'hour':
            break
    return f'{count} {unit}' if count == 1 else f'{count} {unit}s'


def say_to_operator(error: AuthError) -> str:
    """Plain words for a refusal on the command line, where a person is named by address and nobody can sign in."""
    return _OPERATOR_WORDS.get(error.reason, _WORDS[error.reason]).format_map({**_DEFAULTS, **_in_words(error)})


def say_to_developer(error: AuthError) -> str:
    """Plain words for a refusal in the gate panel, where a person is a demo person."""
    return _DEVELOPER_WORDS.get(error.reason, _WORDS[error.reason]).format_map({**_DEFAULTS, **error.values})


def say_to_program(error: AuthError) -> str:
    """Plain words for a refusal in the JSON API."""
    words = _PROGRAM_WORDS.get(error.reason)
    return say(error) if words is None else words.format_map({**_DEFAULTS, **error.values})


def attribute_missing(label: str) -> str:
    """Said when a required attribute is left empty."""
    return say(AuthError(Reason.ATTRIBUTE_MISSING, label=label))


def password_help(minimum: int) -> str:
    """What a new password must be, before anything is typed."""
    return f'{minimum} or more characters. Anything goes, except what is easy to guess.'


def wait_for_code(seconds: int) -> str:
    """When the next code may be asked for; forms.js counts the minutes and seconds in it down."""
    return f'You can ask for a new code in {seconds // 60}:{seconds % 60:02}.' if seconds > 0 else CODE_MISSING


def handler_failed(reference: str) -> str:
    """Said on the page when a button's own code raised; `reference` finds the log line."""
    return f'That did not work. Try again; if it stays so, tell a site admin this reference: {reference}'


def no_gate(source: str) -> str:
    """Said above a page without a gate to its developer, by the place where it is declared ("file:line")."""
    return f"{source} has no gate: write access='public', access='signed-in' or groups=[…] into @page(…)"


def part_failed(reference: str) -> str:
    """Said in the place of a section whose own code raised."""
    return f'This part could not be shown. Try again; if it stays so, tell a site admin this reference: {reference}'
