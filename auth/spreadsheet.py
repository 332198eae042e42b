"""Text that is safe to open in a spreadsheet, which takes a cell that begins with a sign for a formula."""

import csv
import io
from collections.abc import Iterable
from typing import Final

BOM: Final = '\ufeff'
"""Stands first in a file, so that Excel reads it as UTF-8."""
_SIGNS: Final = ('=', '+', '-', '@', '\t', '\r')
"""OWASP, "CSV Injection"."""


def line(cells: Iterable[str]) -> str:
    """One record of a CSV file (RFC 4180). A cell that would be a formula gets an apostrophe in front."""
    written = io.StringIO()
    csv.writer(written).writerow([f"'{cell}" if cell.startswith(_SIGNS) else cell for cell in cells])
    return written.getvalue()
