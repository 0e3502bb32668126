"""Printed tables for tests in which only their being one matters."""

from __future__ import annotations


def printed_table(figure: int = 0) -> bytes:
    """The smallest table that lands; another figure makes another file."""
    return b"Dokument;Vorlage\nStelle;Tabelle 1\nTabelle\nKommune;frei\nNeuss;%d\n" % figure
