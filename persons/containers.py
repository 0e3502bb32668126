"""What a container may not hold beside its files: nobody reads it, and it would land with them."""

from __future__ import annotations

import io
import zipfile

from formats.archives import BROKEN
from kreishaus.wording import say
from persons.door import refuse

BEGINS = (b"PK\x03\x04", b"PK\x05\x06")
"""An archive's first file, or its end where it is empty. Programs find an archive from its end,
whatever stands before it, and would take the same bytes for a text."""


def refuse_bytes_beside(content: bytes) -> None:
    """Let a file pass that is no ZIP archive, or one of files alone. Raises ``FileRejected``."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            commented = archive.comment or any(one.comment for one in archive.infolist())
    except BROKEN:
        return
    if not content.startswith(BEGINS):
        refuse(say("before the archive"), say("bytes that belong to no file"))
    if commented:
        refuse(say("beside the files of the archive"), say("a comment"))
