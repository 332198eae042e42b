"""Text that is safe to open in a spreadsheet, which takes a cell that begins with a sign for a formula."""

import csv
import io
import re
from collections.abc import Iterable
from typing import Final

BOM: Final = '\ufeff'
"""Stands first in a file, so that Excel reads it as UTF-8."""
_FORMULA: Final = re.compile(r'(^|[;,\t\r\n])(\s*)(?=[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20])')
"""Where a cell begins with a sign, in full width, too, or would begin with one where a spreadsheet separates at other
characters than a comma (OWASP, "CSV Injection").
"""


def line(cells: Iterable[str]) -> str:
    """One record of a CSV file (RFC 4180). What would be a formula gets an apostrophe in front."""
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerow([_FORMULA.sub(r"\1\2'", cell) for cell in cells])
    return written.getvalue()
