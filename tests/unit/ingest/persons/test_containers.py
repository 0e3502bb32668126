"""Bytes beside the files of an archive, and files inside a PDF: nobody reads them, none lands."""

import io
import zipfile

import pypdfium2
import pytest

from ingest.bamf.guard import refuse_persons
from ingest.persons.containers import refuse_bytes_beside
from kreishaus.model import FileRejected

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


def test_a_file_attached_to_a_pdf_refuses_it() -> None:
    document = pypdfium2.PdfDocument.new()
    document.new_page(200, 200)
    whole = io.BytesIO()
    document.save(whole)
    refuse_persons(whole.getvalue(), "hkl-september-2021.pdf")
    document.new_attachment("liste.csv").set_data(PERSON)
    attached = io.BytesIO()
    document.save(attached)
    with pytest.raises(FileRejected, match="a file attached to the PDF"):
        refuse_persons(attached.getvalue(), "hkl-september-2021.pdf")
