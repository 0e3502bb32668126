"""A document as a PDF that everybody can read, also aloud: tagged, by PDF/UA-1.

The document goes to typst as data (JSON), and the template ``report.typ`` walks through it. No word
of it is ever read as typst's own language, so none has to be escaped.
"""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

import typst

from reports.document import Document
from reports.layout import laid_out

TEMPLATE = Path(__file__).parent / "templates" / "report.typ"
REPLACEMENT = "\ufffd"
_NOT_SHOWN = re.compile(r'the text `"(.*?)"` could not be displayed', re.DOTALL)
_ESCAPED = re.compile(r"\\u\{([0-9a-fA-F]+)\}")
ROUNDS = 8
BREAKS = "\t\n\r\u2028\u2029"
UNPRINTABLE = frozenset({"Cc", "Cs", "Cn", "Co"})


class NotPrintable(Exception):
    """The PDF could not be set; the message says what typst says."""


def pdf(document: Document) -> bytes:
    """The document as PDF/UA-1, the same bytes for the same document.

    A character that no embedded font has, such as one of Chinese, becomes the replacement
    character: PDF/UA forbids text that is not shown. Raises ``NotPrintable``.
    """
    text = json.dumps(printable(laid_out(document)), ensure_ascii=False)
    for _ in range(ROUNDS):
        try:
            return _set(text, document)
        except typst.TypstError as fault:
            missing = not_shown(fault.diagnostic or fault.message)
            if not missing:
                raise NotPrintable(fault.diagnostic or fault.message) from fault
            text = text.translate(dict.fromkeys(map(ord, missing), REPLACEMENT))
    raise NotPrintable(f"{document.title}: characters are missing after {ROUNDS} rounds")


def _set(text: str, document: Document) -> bytes:
    compiler = typst.Compiler(
        str(TEMPLATE),
        font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=True),
        sys_inputs={"document": text},
    )
    made = compiler.compile(
        format="pdf", pdf_standards=["ua-1"], timestamp=int(document.recorded_at.timestamp())
    )
    if not isinstance(made, bytes):
        raise NotPrintable(f"typst made {type(made).__name__} of {document.title}")
    return made


def printable(value: object) -> object:
    """The same data, with a space for each break of a line and without what is no letter, sign or
    space: controls, halves of pairs, what Unicode has not assigned or keeps private.
    """
    if isinstance(value, str):
        return "".join(
            " " if one in BREAKS else one
            for one in value
            if one in BREAKS or unicodedata.category(one) not in UNPRINTABLE
        )
    if isinstance(value, list):
        return [printable(one) for one in value]
    if isinstance(value, dict):
        return {key: printable(one) for key, one in value.items()}
    return value


def not_shown(diagnostic: str) -> set[str]:
    """The characters that typst found no letter for."""
    found: set[str] = set()
    for words in _NOT_SHOWN.findall(diagnostic):
        plain = _ESCAPED.sub(lambda code: chr(int(code.group(1), 16)), words)
        found |= set(plain)
    return found - set("0123456789 ")
