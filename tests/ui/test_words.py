"""Every refusal has words, and the documents without a page hold nothing that a stranger wrote."""

import pytest

from auth.errors import AuthError, Reason
from ui import error_pages, messages

HOSTILE = '/<script>alert(1)</script>"\'&'


@pytest.mark.parametrize('reason', Reason)
def test_every_reason_has_words_even_when_its_values_are_missing(reason: Reason):
    words = messages.say(AuthError(reason))
    assert words.endswith('.') and words[0].isupper()
    assert '{' not in words


def test_the_words_name_the_value_that_the_refusal_brings():
    assert '12 or more' in messages.say(AuthError(Reason.PASSWORD_TOO_SHORT, minimum=12))


def test_nobody_learns_which_part_of_a_sign_in_was_wrong():
    assert messages.say(AuthError(Reason.INVALID_CREDENTIALS)) == 'Email or password is wrong.'
    assert Reason.INVALID_CREDENTIALS not in messages.FIELD


@pytest.mark.parametrize('document', [error_pages.not_found, error_pages.failed, error_pages.refused])
def test_what_comes_from_outside_is_escaped_in_error_documents(document):
    page = document(HOSTILE)
    assert '<script' not in page and '&lt;script&gt;' in page
    assert (
        page.startswith('<!doctype html>\n<html lang="en">') and page.count('<h1>') == 1 and page.count('<main>') == 1
    )


def test_a_page_that_is_not_found_does_not_have_to_repeat_the_address():
    assert 'at this address' in error_pages.not_found()
