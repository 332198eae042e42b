"""What a mail says: rendered when it is sent, from Jinja2 in a sandbox, as plain text and as HTML.

A site admin may have written it in place of what stands in our files; where theirs fails, ours is used, and the mail is
not lost.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from pathlib import Path
from typing import Any, Final

import css_inline
import structlog
from jinja2 import FileSystemLoader, StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from auth.mail import vocabulary
from auth.mail.language import Problem, WrittenWrongError

FOLDER: Final = Path(__file__).with_name('templates')

GREETED_LENGTH: Final = 60
"""Longest name that a mail greets with: most are shorter by half, and an advertisement is longer."""
LONGEST: Final = 500_000
"""Characters of a mail's HTML, and of its plain text, at most: a hundred times ours."""
TAGS: Final = 1_000
"""Tags of a mail at most, ours have forty: css_inline walks into nested ones and takes the process down with it where
its stack ends, which a stack of 8 MB does between 10,000 and 19,000, one of 1 MB between 1,000 and 2,000.
"""
HEAVIEST: Final = 400_000_000
"""Characters of all styles, times the most elements that so many tags can make (each bold text that is left open comes
again in each paragraph), at most: what putting styles into the elements can come to.
"""
_NOT_A_NAME = re.compile(r'://|(?i:www)\.|@|\w[.．。｡]\w{2}|[A-Z]{4}-[A-Z]{4}|\d{3}|[!?]')
_STYLES = re.compile(r'<style\b[^>]*>(.*?)(?:</style|\Z)', re.DOTALL | re.IGNORECASE)
_SUBJECT = re.compile(r'{% block subject %}(.*?){% endblock %}\n')

_inliner = css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)
"""Styles go into the elements, for programs that drop the head; the head keeps what depends on the screen."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail in words. The subject is one line."""

    subject: str
    plain: str
    html: str


@dataclass(frozen=True, slots=True)
class Texts:
    """A mail as it is written: three templates."""

    subject: str
    plain: str
    html: str


def render(template: str, name: str, variables: Mapping[str, str], written: Texts | None = None) -> Rendered:
    """The words of the template `verify email` and so on, a few milliseconds of work; `written` goes before our own
    as long as it can be rendered.

    Every template has `site` (where people reach it), `host` (the same without its scheme), `sender` (the site's name,
    else that in MAIL_FROM), `minutes` (how long a code lives) and `name` (to greet with, '' for none).

    Raises:
        jinja2.TemplateError: the template is not there, or needs a variable that was not given
    """
    values: dict[str, object] = {**variables, **vocabulary.shared(), 'name': greeted(name)}
    if written is not None:
        try:
            return render_texts(written, template, values)
        except Exception as error:  # whatever it is: no mail is lost by a template
            why = error.problem if isinstance(error, WrittenWrongError) else type(error).__name__
            log.warning('a mail template fails: the mail is sent as Nicegate words it', template=template, why=why)
    return render_texts(built_in(template), template, values)


def render_plain(template: str, name: str, variables: Mapping[str, str], written: Texts | None = None) -> Rendered:
    """The same without its HTML, which is most of the work."""
    bare = Texts(written.subject, written.plain, '') if written else None
    ours = built_in(template)
    return render(template, name, variables, bare or Texts(ours.subject, ours.plain, ''))


def render_texts(texts: Texts, template: str, values: Mapping[str, object]) -> Rendered:
    """What these texts say.

    Raises:
        jinja2.TemplateError: a variable was not given; WrittenWrongError: it is too long, or lacks what it is sent for
    """
    subject = ' '.join(compiled(texts.subject, html=False).render(values).split())
    plain = re.sub(r'\n{3,}', '\n\n', compiled(texts.plain, html=False).render(values)).strip() + '\n'
    page = compiled(texts.html, html=True).render(values, subject=subject)
    if max(len(plain), len(page)) > LONGEST:
        raise WrittenWrongError(Problem.LONG)
    tags, styles = page.count('<'), sum(map(len, _STYLES.findall(page)))
    if tags > TAGS or styles * (tags / 2) ** 2 > HEAVIEST:
        raise WrittenWrongError(Problem.HEAVY)
    rendered = Rendered(subject, plain, _inliner.inline(page) if page else '')
    if len(rendered.html) > LONGEST:
        raise WrittenWrongError(Problem.LONG)
    _keep_secrets([plain, *([unescape(rendered.html)] if texts.html else [])], template, values)
    return rendered


def _keep_secrets(said: Sequence[str], template: str, values: Mapping[str, object]) -> None:
    for name in sorted(vocabulary.NEEDED.get(template, ())):
        if not all(str(values[name]) in text for text in said):
            raise WrittenWrongError(Problem.SECRET, what=name)


def greeted(name: str) -> str:
    """The name to greet with; '' for what may be no name. Whoever signs up with a stranger's address chooses it, and
    could have us send the stranger a link, an advertisement or what looks like a code.
    """
    return '' if len(name) > GREETED_LENGTH or _NOT_A_NAME.search(name) else name


@lru_cache(maxsize=32)
def built_in(template: str) -> Texts:
    """Our own texts.

    Raises:
        jinja2.TemplateNotFound
    """
    loader, file = FileSystemLoader(FOLDER), template.replace(' ', '_')
    plain, html = (loader.get_source(environment(html=False), f'{file}.{kind}')[0] for kind in ('txt', 'html'))
    [subject] = _SUBJECT.findall(plain)
    return Texts(subject, _SUBJECT.sub('', plain), html)


@lru_cache(maxsize=128)
def compiled(source: str, *, html: bool) -> Template:
    return environment(html=html).from_string(source)


@lru_cache(maxsize=2)
def environment(*, html: bool) -> ImmutableSandboxedEnvironment:
    """Values are escaped in HTML, and stay as they are in plain text."""
    options: dict[str, Any] = {'trim_blocks': True, 'lstrip_blocks': True}
    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(FOLDER), undefined=StrictUndefined, autoescape=html, **options
    )
