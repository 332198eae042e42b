"""Components: written once, accessible once. Pages are made of these and repeat nothing of what they take care of."""

from ui.components.alert import Tone, alert, said
from ui.components.button import button, link_button, submit_button
from ui.components.card import account_card, card, card_foot, row
from ui.components.choice import Option
from ui.components.copied import copied_text, copy_button
from ui.components.dialog import confirm, dialog_now, form_dialog
from ui.components.form import Form, form
from ui.components.records import Action, Cell, Column, Pager, Records, Row
from ui.components.sign_out import sign_out_form
from ui.components.table import table
from ui.components.tag import tag
from ui.components.task import task, tasks
from ui.components.text import code, heading, link, muted, paragraph
from ui.components.typed import Act, Typed

__all__ = [
    'Act',
    'Action',
    'Cell',
    'Column',
    'Form',
    'Option',
    'Pager',
    'Records',
    'Row',
    'Tone',
    'Typed',
    'account_card',
    'alert',
    'button',
    'card',
    'card_foot',
    'code',
    'confirm',
    'copied_text',
    'copy_button',
    'dialog_now',
    'form',
    'form_dialog',
    'heading',
    'link',
    'link_button',
    'muted',
    'paragraph',
    'row',
    'said',
    'sign_out_form',
    'submit_button',
    'table',
    'tag',
    'task',
    'tasks',
]
