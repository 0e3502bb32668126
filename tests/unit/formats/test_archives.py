"""Archives that must not be opened, as real bytes."""

import io
import stat
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.archives import Limits, check_archive
from kreishaus.model import UnreadableFile


def archive(**members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return target.getvalue()


def refusal(content: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(UnreadableFile) as caught:
        check_archive(content, "a workbook", limits or Limits())
    (finding,) = caught.value.findings
    assert finding.rule == "archive"
    return f"{finding.message} | {finding.place} | {finding.expected} | {finding.found}"


def test_a_bomb_is_not_opened() -> None:
    said = refusal(archive(**{"table.csv": bytes(40 * 2**20)}))
    assert "compressed far more" in said
    assert "expand to 41943040" in said


def test_many_harmless_members_are_too_much_together() -> None:
    content = archive(**{f"{n}.csv": b"a;b\n" * 10 for n in range(30)})
    assert "1200" in refusal(content, Limits(expanded=1_000))


def test_too_many_members() -> None:
    assert "2001" in refusal(archive(**{str(n): b"" for n in range(2_001)}))


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "..\\..\\x", "C:\\x", "sheets/../../x"]
)
def test_names_that_lead_out(name: str) -> None:
    assert "leads out of it" in refusal(archive(**{name: b"x"}))


def test_a_link_leads_out() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        link = zipfile.ZipInfo("harmless.csv")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        file.writestr(link, "/etc/passwd")
    assert "leads out of it" in refusal(target.getvalue())


def test_an_encrypted_member_is_named() -> None:
    content = bytearray(archive(**{"tabelle.csv": b"a;b"}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert "encrypted" in refusal(bytes(content))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"<html>", b"%PDF-1.4"])
def test_no_archive_at_all(content: bytes) -> None:
    assert "no whole archive" in refusal(content)


@given(keep=st.floats(min_value=0, max_value=0.999))
def test_a_truncated_archive_never_passes(keep: float) -> None:
    whole = archive(**{"a.csv": bytes(range(256)) * 20, "b.csv": b"x;y\n" * 100})
    assert "no whole archive" in refusal(whole[: int(len(whole) * keep)])


def test_an_ordinary_archive_passes() -> None:
    check_archive(archive(**{"22421-02i_flat.csv": b"a;b\n" * 100_000}), "a table")
