"""Why a verb refused. Reasons, not sentences: `ui/messages.py` and the command line own the words."""

from enum import StrEnum


class Reason(StrEnum):
    """One name for each way in which a verb can refuse."""

    INVALID_CREDENTIALS = 'invalid_credentials'
    EMAIL_INVALID = 'email_invalid'
    EMAIL_TAKEN = 'email_taken'
    PASSWORD_TOO_SHORT = 'password_too_short'  # noqa: S105 - a reason, not a secret
    PASSWORD_TOO_LONG = 'password_too_long'  # noqa: S105 - a reason, not a secret
    PASSWORD_COMMON = 'password_common'  # noqa: S105 - a reason, not a secret
    NAME_INVALID = 'name_invalid'
    ATTRIBUTE_INVALID = 'attribute_invalid'
    ATTRIBUTE_KEY_INVALID = 'attribute_key_invalid'
    ATTRIBUTE_LABEL_INVALID = 'attribute_label_invalid'
    ATTRIBUTE_UNKNOWN = 'attribute_unknown'
    ATTRIBUTE_MISSING = 'attribute_missing'
    ATTRIBUTE_TAKEN = 'attribute_taken'
    ATTRIBUTES_MANY = 'attributes_many'
    CODE_INVALID = 'code_invalid'
    PASSWORD_WRONG = 'password_wrong'  # noqa: S105 - a reason, not a secret
    PASSWORD_MUST_CHANGE = 'password_must_change'  # noqa: S105 - a reason, not a secret
    PASSWORD_STOPPED = 'password_stopped'  # noqa: S105 - a reason, not a secret
    PASSWORD_SAME = 'password_same'  # noqa: S105 - a reason, not a secret
    EMAIL_UNVERIFIED = 'email_unverified'
    EMAIL_SAME = 'email_same'
    SIGN_UP_OVER = 'sign_up_over'
    SIGN_UP_CLOSED = 'sign_up_closed'
    SIGN_UP_INVITATION_ONLY = 'sign_up_invitation_only'
    EMAIL_DOMAIN = 'email_domain'
    INVITATION_INVALID = 'invitation_invalid'
    INVITATION_EXPIRED = 'invitation_expired'
    INVITATION_USED = 'invitation_used'
    INVITATION_WITHDRAWN = 'invitation_withdrawn'
    INVITATION_NEEDLESS = 'invitation_needless'
    THROTTLED = 'throttled'
    TOKEN_INVALID = 'token_invalid'  # noqa: S105 - a reason, not a secret
    INPUT_INVALID = 'input_invalid'
    DATE_INVALID = 'date_invalid'
    DATE_OVER = 'date_over'
    CHANGED_MEANWHILE = 'changed_meanwhile'
    BLOCK_REASON_INVALID = 'block_reason_invalid'
    SETTING_INVALID = 'setting_invalid'
    SETTING_FIXED = 'setting_fixed'
    SETUP_LINK_INVALID = 'setup_link_invalid'
    SETUP_DONE = 'setup_done'
    TICKET_INVALID = 'ticket_invalid'
    NOT_SIGNED_IN = 'not_signed_in'
    BUSY = 'busy'
    UNAVAILABLE = 'unavailable'
    FORBIDDEN = 'forbidden'
    CROSS_SITE = 'cross_site'
    LAST_SITE_ADMIN = 'last_site_admin'
    USER_NOT_FOUND = 'user_not_found'
    ROLE_NOT_FOUND = 'role_not_found'
    GROUP_NOT_FOUND = 'group_not_found'
    LABEL_INVALID = 'label_invalid'
    LABEL_TAKEN = 'label_taken'
    NAMED_IN_CODE = 'named_in_code'
    NOT_IN_CODE = 'not_in_code'
    FIXED = 'fixed'
    ROLE_IN_USE = 'role_in_use'
    MAIL_NOT_FOUND = 'mail_not_found'
    MAIL_SECRET_GONE = 'mail_secret_gone'  # noqa: S105 - a reason, not a secret
    MAIL_NOT_FOR_COPYING = 'mail_not_for_copying'
    MAIL_TEMPLATE_NOT_FOUND = 'mail_template_not_found'
    MAIL_TEMPLATE_INVALID = 'mail_template_invalid'
    PAGE_NOT_FOUND = 'page_not_found'
    PAGE_LOCKED = 'page_locked'
    PAGE_PERSONAL = 'page_personal'
    PAGE_IN_USE = 'page_in_use'
    GATE_INVALID = 'gate_invalid'
    REDIRECT_UNFIT = 'redirect_unfit'


class AuthError(Exception):
    """A verb refused. `values` holds what the words need, such as `minimum` for a password that is too short.

    `message`, which is also what str() gives, is the reason's name until the floor that owns the words has put a
    sentence for people there; `field` is then the form field that the refusal belongs to, or None.
    """

    def __init__(self, reason: Reason, **values: object) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.values = values
        self.message: str = reason.value
        self.field: str | None = None

    def __str__(self) -> str:
        return self.message
