"""What a ZIP archive must be before anybody opens it: workbooks and GENESIS answers are archives.

Sizes are judged by what the archive's own directory declares. ``zipfile`` never expands a member
beyond its declared size, so an archive that declares less than it holds is a damaged one.
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from kreishaus.model import Finding, UnreadableFile
from kreishaus.wording import say

BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, RuntimeError)
"""What ``zipfile`` raises for bytes that are no archive, a damaged or an encrypted one
(``NotImplementedError``, for an unknown compression, is a ``RuntimeError``)."""


@dataclass(frozen=True)
class Limits:
    """How much an archive may hold. ``expanded`` is bytes over all members.

    Text shrinks to a tenth, a sheet of empty cells to a fiftieth; a bomb to a thousandth.
    ``ratio`` is asked only of members above ``small`` bytes.
    """

    members: int = 2_000
    expanded: int = 128 * 2**20
    ratio: int = 200
    small: int = 2**20


LIMITS = Limits()
LONG_AGO = (1980, 1, 1, 0, 0, 0)


def check_archive(content: bytes, what: str, limits: Limits = LIMITS) -> None:
    """Return if ``content`` is an archive that is safe to expand.

    ``what`` is what the file should be ("a workbook"). Raises ``UnreadableFile`` (rule
    ``archive``) for no archive at all, a damaged or encrypted one, too many members, too much or
    too highly compressed content, and names that lead out of a folder.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except BROKEN as error:
        raise _refused(
            say(
                "The file is not {what}: its bytes are no whole archive. It was cut or "
                "damaged on its way: save or fetch it again.",
                what=what,
            ),
            expected=say("a whole ZIP archive"),
            found=say(
                "{count} bytes beginning {beginning} ({error})",
                count=len(content),
                beginning=repr(content[:4]),
                error=str(error)[:150],
            ),
        ) from error
    if len(members) > limits.members:
        raise _refused(
            say("The archive is not {what}: it holds far too many files.", what=what),
            expected=say("{members} members at most", members=limits.members),
            found=str(len(members)),
        )
    for member in members:
        _check_member(member, what, limits)
    expanded = sum(member.file_size for member in members)
    if expanded > limits.expanded:
        raise _refused(
            say(
                "The archive would expand far beyond what {what} can be: it is not opened.",
                what=what,
            ),
            expected=say("{expanded} bytes at most", expanded=limits.expanded),
            found=str(expanded),
        )


def _check_member(member: zipfile.ZipInfo, what: str, limits: Limits) -> None:
    name = member.filename
    path = PurePosixPath(name.replace("\\", "/"))
    link = stat.S_ISLNK(member.external_attr >> 16)
    if path.is_absolute() or ".." in path.parts or ":" in name or "\x00" in name or link:
        raise _refused(
            say("The archive is not {what}: the name of a member leads out of it.", what=what),
            place=name[:100],
            expected=say("plain names"),
            found=repr(name[:100]),
        )
    if member.flag_bits & 0x1:
        raise _refused(
            say("The archive is encrypted: save it without a password."),
            place=name[:100],
            expected=say("a member that can be read"),
            found=say("an encrypted member"),
        )
    ratio = member.file_size / max(member.compress_size, 1)
    if member.file_size > limits.small and ratio > limits.ratio:
        raise _refused(
            say(
                "The archive is not {what}: a member is compressed far more than data can be.",
                what=what,
            ),
            place=name[:100],
            expected=say("{ratio} times at most", ratio=limits.ratio),
            found=say(
                "{compress_size} bytes that expand to {file_size}",
                compress_size=member.compress_size,
                file_size=member.file_size,
            ),
        )


def _refused(
    message: str, *, expected: str, found: str, place: str | None = None
) -> UnreadableFile:
    return UnreadableFile(
        Finding(
            rule="archive",
            severity="critical",
            message=message,
            place=place,
            expected=expected,
            found=found,
        )
    )


def repacked(members: Mapping[str, bytes], how: int = zipfile.ZIP_STORED) -> bytes:
    """Files as one archive that knows no time: the same files make the same bytes."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name in sorted(members):
            archive.writestr(zipfile.ZipInfo(name, LONG_AGO), members[name], compress_type=how)
    return sink.getvalue()
