"""Understands the HKL table over several months: the layout of the monthly one, another period.

Its figures are never a month's, nor added to months: late entries and corrections are in them. So
it is a dataset of its own, and the warehouse compares the two.
"""

from __future__ import annotations

from ingest.bamf.hkl import batch_of, read_hkl
from ingest.bamf.hkl_span import printed_span
from kreishaus.model import Batch, Origin


def parse(content: bytes, origin: Origin) -> Batch:
    """One row per printed row and measure; the period is its first and its last month.

    Raises ``UnreadableFile`` as for a monthly table, and for one of a single month.
    """
    read = read_hkl(content, origin, printed_span, last_month=lambda span: span.last)
    span = read.period
    return batch_of(read, origin, str(span), reference_month=span.last, first_month=span.first)
