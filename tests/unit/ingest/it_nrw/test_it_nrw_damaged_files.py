"""Files that were cut or changed on their way: read or refused, but never a crash."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from it_nrw_files import ffcsv, homes, origin

from ingest.it_nrw import care, population
from kreishaus.model import UnreadableFile

TABLE = homes(
    "2023;05;Nordrhein-Westfalen;199000;177765",
    "2023;05162;    Rhein-Kreis Neuss;4484;4079",
).encode("cp1252")


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("12411-01-01-5_de_flat.csv", ffcsv(";Insgesamt;154139", "GESM;m;74536"))
    return buffer.getvalue()


ARCHIVE = _zip()


@given(st.integers(0, TABLE.index(b" / 08:20:11") - 1))
def test_a_table_cut_anywhere_is_refused(end):
    """Up to the date of the last line: what is cut behind it held no figure."""
    with pytest.raises(UnreadableFile):
        care.parse(TABLE[:end], origin("22412-01i"))


@given(st.integers(0, len(ARCHIVE) - 1))
def test_an_archive_cut_anywhere_is_refused(end):
    with pytest.raises(UnreadableFile):
        population.parse(ARCHIVE[:end], origin("12411-01-01-5"))


@pytest.mark.parametrize(
    ("content", "parse", "code"),
    [(TABLE, care.parse, "22412-01i"), (ARCHIVE, population.parse, "12411-01-01-5")],
)
@given(data=st.data())
def test_a_changed_byte_never_crashes_the_reader(content, parse, code, data):
    position = data.draw(st.integers(0, len(content) - 1))
    changed = bytearray(content)
    changed[position] = data.draw(st.integers(0, 255))
    try:
        parse(bytes(changed), origin(code))
    except UnreadableFile as error:
        assert error.findings[0].message
