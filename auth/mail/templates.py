"""What a mail says: rendered when it is sent, from Jinja2 files in a sandbox, as plain text and as HTML."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import css_inline
from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from auth.codes import LIFETIME
from auth.settings import get_settings

FOLDER: Final = Path(__file__).with_name('templates')

GREETED_LENGTH: Final = 60
"""Longest name that a mail greets with: most are shorter by half, and an advertisement is longer."""
_NOT_A_NAME = re.compile(r'://|(?i:www)\.|@|\w\.\w{2}|[A-Z]{4}-[A-Z]{4}')

_inliner = css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)
"""Styles go into the elements, for programs that drop the head; the head keeps what depends on the screen."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail in words. The subject is one line."""

    subject: str
    plain: str
    html: str


def render(template: str, name: str, variables: Mapping[str, str]) -> Rendered:
    """The words of the template `verify email` and so on, a few milliseconds of work.

    Every template has `site` (where people reach it), `host` (the same without its scheme), `sender` (the site's name,
    else that in MAIL_FROM), `minutes` (how long a code lives) and `name` (to greet with, '' for none).

    Raises:
        jinja2.TemplateError: the template is not there, or needs a variable that was not given
    """
    settings = get_settings()
    host = urlsplit(settings.url).netloc
    values: dict[str, object] = {
        **variables,
        'site': settings.url,
        'host': host,
        'sender': settings.site_name or settings.sender.name or host,
        'minutes': LIFETIME // timedelta(minutes=1),
        'name': greeted(name),
    }
    file = template.replace(' ', '_')
    words = _environment().get_template(f'{file}.txt')
    subject = ' '.join(''.join(words.blocks['subject'](words.new_context(values))).split())
    plain = re.sub(r'\n{3,}', '\n\n', words.render(values)).strip() + '\n'
    page = _environment().get_template(f'{file}.html').render(values, subject=subject)
    return Rendered(subject, plain, _inliner.inline(page))


def greeted(name: str) -> str:
    """The name to greet with; '' for what may be no name. Whoever signs up with a stranger's address chooses it, and
    could have us send the stranger a link, an advertisement or what looks like a code.
    """
    return '' if len(name) > GREETED_LENGTH or _NOT_A_NAME.search(name) else name


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=lambda file: bool(file and file.endswith('.html')),
        trim_blocks=True,
        lstrip_blocks=True,
    )
