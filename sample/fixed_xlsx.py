"""Saving a workbook so that the same cells give the same bytes: no clock, no compressor's mood."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook

CREATED = datetime(2021, 11, 30)
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(<)")


def save_fixed(workbook: Workbook, path: Path, mark: str) -> None:
    """Save ``workbook``, with the generator's ``mark`` among its properties.

    Stored, not compressed: compressors differ between machines.
    """
    workbook.properties.created = CREATED
    workbook.properties.creator = "Kreishaus (Muster)"
    workbook.properties.keywords = mark
    written = io.BytesIO()
    workbook.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                # openpyxl stamps the moment of saving over whatever was set.
                content = MODIFIED.sub(
                    rb"\g<1>" + f"{CREATED:%Y-%m-%dT00:00:00Z}".encode() + rb"\g<2>", content
                )
            target.writestr(zipfile.ZipInfo(name, ZIP_EPOCH), content)
