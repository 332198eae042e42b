"""Verbs on what mails say: read, check, preview, try, save, and go back to what Nicegate says."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Final

from jinja2 import TemplateError

from auth import audit
from auth.admin.actor import Actor, Operator, authorize
from auth.audit import Act
from auth.errors import AuthError, Reason
from auth.mail import Template, language, outbox, templates, vocabulary
from auth.mail.language import Problem, WrittenWrongError
from auth.mail.message import TRIED
from auth.mail.templates import Rendered, Texts
from auth.mail.vocabulary import Variable
from auth.people import is_text
from models import change
from models.clock import now
from models.database import transaction
from models.mail import MailTemplate

LENGTHS: Final = {'subject': 300, 'plain': 50_000, 'html': 100_000}
"""Characters of each text at most; a subject's column has as many."""
SUBJECT_LENGTH: Final = 250
"""Characters of a subject as it is sent."""
FRAMES: Final = {'subject': '', 'plain': 'base.txt', 'html': 'base.html'}


@dataclass(frozen=True, slots=True)
class MailText:
    """A mail that can be worded anew. `name` is as in the outbox; `changed_at` is None while it is Nicegate's."""

    name: str
    subject: str
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class EditedMail:
    """One of them to be edited; `version` is what `save` wants to hear again."""

    name: str
    texts: Texts
    built_in: Texts
    variables: tuple[Variable, ...]
    needed: frozenset[str]
    version: str
    changed_at: datetime | None

    @property
    def differing(self) -> tuple[str, ...]:
        """The texts that are not Nicegate's."""
        return tuple(field for field in FRAMES if getattr(self.texts, field) != getattr(self.built_in, field))


async def list_all(actor: Actor) -> tuple[MailText, ...]:
    """Every mail there is.

    Raises:
        AuthError: FORBIDDEN
    """
    await authorize(actor)
    rows = {row.name: row for row in await MailTemplate.all()}
    return tuple(
        MailText(
            name,
            rows[name].subject if name in rows else templates.built_in(name).subject,
            rows[name].changed_at if name in rows else None,
        )
        for name in Template
    )


async def read(actor: Actor, name: str) -> EditedMail:
    """One mail as it is now.

    Raises:
        AuthError: MAIL_TEMPLATE_NOT_FOUND, FORBIDDEN
    """
    await authorize(actor)
    template = _template(name)
    row = await MailTemplate.get_or_none(name=template)
    built_in = templates.built_in(template)
    return EditedMail(
        template,
        Texts(row.subject, row.plain, row.html) if row else built_in,
        built_in,
        vocabulary.variables(template),
        vocabulary.NEEDED.get(template, frozenset()),
        _version(row),
        row.changed_at if row else None,
    )


async def preview(actor: Actor, name: str, texts: Texts) -> Rendered:
    """What a mail would say with the sample values.

    Raises:
        AuthError: MAIL_TEMPLATE_INVALID (with the field, the problem and the line), MAIL_TEMPLATE_NOT_FOUND, FORBIDDEN
    """
    await authorize(actor)
    return await asyncio.to_thread(check, name, texts)  # a long one takes a second


def check(name: str, texts: Texts) -> Rendered:
    """Refuse what cannot be sent, or lacks what the mail is sent for; what it says with the sample values.

    Raises:
        AuthError: MAIL_TEMPLATE_INVALID, MAIL_TEMPLATE_NOT_FOUND
    """
    template = _template(name)
    for field, frame in FRAMES.items():
        try:
            _check_text(template, field, getattr(texts, field), frame)
        except WrittenWrongError as error:
            raise _refusal(field, error, template) from error
    samples = vocabulary.samples(template)
    bare = samples | {variable.name: '' for variable in vocabulary.variables(template) if variable.may_be_empty}
    _render(template, texts, bare)
    return _render(template, texts, samples)


def _check_text(template: Template, field: str, text: str, frame: str) -> None:
    if not text.strip():
        raise WrittenWrongError(Problem.EMPTY)
    if len(text) > LENGTHS[field]:
        raise WrittenWrongError(Problem.LONG)
    known = {variable.name: variable for variable in vocabulary.variables(template)}
    names = set(known) | ({'subject'} if field == 'html' else set())
    if field == 'subject':
        if not text.isprintable():
            raise WrittenWrongError(Problem.LINES)
        names -= {name for name, variable in known.items() if variable.is_secret}
    elif not is_text(text):
        raise WrittenWrongError(Problem.SYNTAX)
    language.check(templates.environment(html=field == 'html'), text, names, frame=frame)


def _render(template: Template, texts: Texts, samples: dict[str, str]) -> Rendered:
    """All three texts, one after the other, so that each is refused for what is its own."""
    ours = templates.built_in(template)
    secrets = ' '.join(f'{{{{ {name} }}}}' for name in sorted(vocabulary.NEEDED.get(template, ())))
    tries = {
        'subject': Texts(texts.subject, ours.plain, ''),
        'plain': Texts('-', texts.plain, ''),
        'html': Texts(texts.subject, secrets, texts.html),
    }
    for field, tried in tries.items():
        try:
            rendered = templates.render_texts(tried, template, samples)
            if field == 'subject' and not 0 < len(rendered.subject) <= SUBJECT_LENGTH:
                raise WrittenWrongError(Problem.LONG if rendered.subject else Problem.EMPTY)
        except WrittenWrongError as error:
            raise _refusal(field, error, template) from error
        except TemplateError as error:
            wrong = WrittenWrongError(Problem.FAILED, getattr(error, 'lineno', 0) or 0, error.message or '')
            raise _refusal(field, wrong, template) from error
        except Exception as error:  # what Python says to a text joined to a number, or to what is nested too deeply
            raise _refusal(field, WrittenWrongError(Problem.FAILED), template) from error
    return templates.render_texts(texts, template, samples)


def _refusal(field: str, error: WrittenWrongError, template: Template) -> AuthError:
    what, problem = error.what, error.problem
    values: dict[str, object] = {}
    if problem is Problem.VARIABLE:
        names = {one.name: one for one in vocabulary.variables(template)}
        if what in names:
            problem = Problem.SECRET_SHOWN
        open_ones = [name for name, one in names.items() if field != 'subject' or not one.is_secret]
        values['meant'] = next(iter(get_close_matches(what, open_ones, 1)), '')
    return AuthError(
        Reason.MAIL_TEMPLATE_INVALID, field=field, problem=problem, line=error.line, what=what[:100], **values
    )


async def save(actor: Actor, name: str, texts: Texts, *, version: str) -> str:
    """Have a mail say this from the next one on; returns the new version. What equals Nicegate's own words is no
    change of them.

    Raises:
        AuthError: MAIL_TEMPLATE_INVALID, CHANGED_MEANWHILE (`version` is not the newest), MAIL_TEMPLATE_NOT_FOUND,
            FORBIDDEN
    """
    await authorize(actor)  # before any work is done for a stranger; once more below
    template = _template(name)
    await asyncio.to_thread(check, name, texts)
    if texts == templates.built_in(template):
        await reset(actor, name, version=version)
        return ''
    async with transaction():
        await authorize(actor)
        row = await MailTemplate.filter(name=template).select_for_update().first()
        if _version(row) != version:
            raise AuthError(Reason.CHANGED_MEANWHILE)
        columns = {'subject': texts.subject, 'plain': texts.plain, 'html': texts.html, 'changed_at': now()}
        if row is None:
            _, is_first = await MailTemplate.get_or_create(name=template, defaults=columns)
            if not is_first:
                raise AuthError(Reason.CHANGED_MEANWHILE)
        elif not await MailTemplate.filter(name=template, changed_at=row.changed_at).update(**columns):
            raise AuthError(Reason.CHANGED_MEANWHILE)
        await change.record('mail_template')
        await audit.record(Act.MAIL_TEMPLATE_CHANGED, None, actor=actor, details={'mail': template})
        return _version(await MailTemplate.get(name=template))


async def reset(actor: Actor, name: str, *, version: str | None = None) -> None:
    """Have a mail say again what Nicegate says. With `version`, only as long as that is the newest.

    Raises:
        AuthError: CHANGED_MEANWHILE, MAIL_TEMPLATE_NOT_FOUND, FORBIDDEN
    """
    template = _template(name)
    async with transaction():
        await authorize(actor)
        row = await MailTemplate.filter(name=template).select_for_update().first()
        if version is not None and _version(row) != version:
            raise AuthError(Reason.CHANGED_MEANWHILE)
        if not await MailTemplate.filter(name=template).delete():
            return
        await change.record('mail_template')
        await audit.record(Act.MAIL_TEMPLATE_RESET, None, actor=actor, details={'mail': template})


async def send_test(actor: Actor, name: str, texts: Texts) -> str:
    """Mail these texts, with the sample values, to whoever asks; returns the address.

    Raises:
        AuthError: MAIL_TEMPLATE_INVALID, MAIL_TEMPLATE_NOT_FOUND, FORBIDDEN (the command line has no address, too)
    """
    await authorize(actor)
    if isinstance(actor, Operator):
        raise AuthError(Reason.FORBIDDEN)
    template = _template(name)
    await asyncio.to_thread(check, name, texts)
    samples = vocabulary.samples(template)
    given = {variable.name: samples[variable.name] for variable in vocabulary.OWN[template]}
    tried = {'subject': texts.subject, 'plain': texts.plain, 'html': texts.html}
    async with transaction():
        await authorize(actor)
        await outbox.queue(template, actor.email, None, {**given, 'name': actor.name, TRIED: tried})
        await audit.record(Act.MAIL_TESTED, None, actor=actor, details={'mail': template})
    return actor.email


def _template(name: str) -> Template:
    try:
        return Template(name)
    except ValueError as error:
        raise AuthError(Reason.MAIL_TEMPLATE_NOT_FOUND) from error


def _version(row: MailTemplate | None) -> str:
    return row.changed_at.isoformat() if row is not None else ''
