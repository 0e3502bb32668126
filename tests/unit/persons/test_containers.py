"""Bytes beside the files of an archive: nobody reads them, none lands."""

import io
import zipfile

import pytest

from kreishaus.model import FileRejected
from persons.containers import refuse_bytes_beside

PERSON = b"Quabbelhorst, Isolde 17.03.1931"


def archive(comment: bytes = b"", of_member: bytes = b"") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        member = zipfile.ZipInfo("Belegung.csv")
        member.comment = of_member
        made.writestr(member, "plaetze;80\n")
        made.comment = comment
    return target.getvalue()


def test_an_archive_of_files_alone_and_what_is_no_archive_pass() -> None:
    refuse_bytes_beside(archive())
    refuse_bytes_beside(b"plaetze;80\n")
    refuse_bytes_beside(b"")


@pytest.mark.parametrize(
    "content",
    [PERSON + archive(), b"\n" + archive(), archive(comment=PERSON), archive(of_member=PERSON)],
)
def test_what_stands_beside_the_files_refuses_it(content: bytes) -> None:
    with pytest.raises(FileRejected) as refusal:
        refuse_bytes_beside(content)
    assert "Quabbelhorst" not in str(refusal.value)
