"""What happens to files on their way: hypothesis strategies over the bytes of good ones."""

import io
import json
import re
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

Draw = Callable[[st.SearchStrategy[Any]], Any]
Mutation = Callable[[Draw, bytes], bytes]

NUMBER = re.compile(rb"\d+")
NUMBERS = (
    *(b"0", b"1", b"-1", b"7", b"", b"999999999999", b"99999999999999999999", b"1.5", b"1,5"),
    *(b"1.000", b"1 000", b"1e5", b"1e999", b"NaN", b"inf", b"-", b".", b"...", b"/", b"x", b"()"),
    *(
        b"=1+1",
        b"TRUE",
        b"#REF!",
        b"k. A.",
        b"5*",
        b"(5)",
        b"\xd9\xa3",
        b"2021-13-45",
        b"31.02.2021",
    ),
)
WORDS = (b"", b"Gesamt", b"Insgesamt", b"\x00", b"\xef\xbb\xbf", b"\xfc", b"A" * 70_000, b'"', b"'")
ENCODINGS = ("utf-16", "utf-8-sig", "cp1252", "cp437", "utf-32")
SEPARATORS = (b"\n", b";", b"<c ", b"<row ", b" Tj", b",", b"</")
OF_JSON = (None, True, -1, 1e308, "", "x" * 1_000, [], {}, [[[[]]]], {"id": {"id": []}})


def change_a_number(draw: Draw, content: bytes) -> bytes:
    """The likeliest fault and the worst: everything else is as it should be."""
    return _replaced(draw, content, draw(st.sampled_from(NUMBERS)))


def miscount_by_one(draw: Draw, content: bytes) -> bytes:
    found = _a_number(draw, content)
    if found is None:
        return content
    return content[: found.start()] + b"%d" % (int(found[0]) + 1) + content[found.end() :]


def swap_two_numbers(draw: Draw, content: bytes) -> bytes:
    one, other = _a_number(draw, content), _a_number(draw, content)
    if one is None or other is None or one.end() > other.start():
        return content
    middle = content[one.end() : other.start()]
    return content[: one.start()] + other[0] + middle + one[0] + content[other.end() :]


def insert_a_word(draw: Draw, content: bytes) -> bytes:
    at = draw(st.integers(0, len(content)))
    return content[:at] + draw(st.sampled_from(WORDS)) + content[at:]


def rearrange_pieces(draw: Draw, content: bytes) -> bytes:
    """Lose, double or exchange a line, a cell, a row, a drawn text."""
    separator = draw(st.sampled_from(SEPARATORS))
    pieces = content.split(separator)
    one, other = (draw(st.integers(0, len(pieces) - 1)) for _ in range(2))
    match draw(st.sampled_from(("lose", "double", "exchange"))):
        case "lose":
            del pieces[one]
        case "double":
            pieces.insert(other, pieces[one])
        case _:
            pieces[one], pieces[other] = pieces[other], pieces[one]
    return separator.join(pieces)


def flip_bytes(draw: Draw, content: bytes) -> bytes:
    broken = bytearray(content)
    for _ in range(draw(st.integers(1, 8)) if broken else 0):
        broken[draw(st.integers(0, len(broken) - 1))] = draw(st.integers(0, 255))
    return bytes(broken)


def cut_a_slice(draw: Draw, content: bytes) -> bytes:
    start, end = sorted(draw(st.integers(0, len(content))) for _ in range(2))
    return content[:start] + content[end:]


def truncate(draw: Draw, content: bytes) -> bytes:
    return content[: draw(st.integers(0, len(content)))]


def encode_otherwise(draw: Draw, content: bytes) -> bytes:
    text = content.decode("utf-8", errors="replace")
    return text.encode(draw(st.sampled_from(ENCODINGS)), errors="replace")


def change_json(draw: Draw, content: bytes) -> bytes:
    """Another value, or none, somewhere in a JSON document; other files are left alone."""
    try:
        document = json.loads(content)
    except ValueError:
        return content
    node, steps = document, draw(st.integers(1, 5))
    for step in range(steps):
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            break
        key = draw(st.sampled_from(keys))
        if step == steps - 1 or not isinstance(node[key], (dict, list)):
            node[key] = draw(st.sampled_from(OF_JSON))
            break
        node = node[key]
    return json.dumps(document).encode()


PLAIN: Sequence[Mutation] = (
    change_a_number,
    miscount_by_one,
    swap_two_numbers,
    insert_a_word,
    rearrange_pieces,
    flip_bytes,
    cut_a_slice,
    truncate,
    encode_otherwise,
    change_json,
)


def inside_an_archive(draw: Draw, content: bytes) -> bytes:
    """A change within a member of a workbook or ZIP, packed again so that it still opens."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = draw(st.sampled_from(sorted(members)))
    members[name] = draw(st.sampled_from(PLAIN))(draw, members[name])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return packed.getvalue()


@st.composite
def mutants(draw: Draw, seeds: Sequence[bytes]) -> bytes:
    """One of ``seeds`` after one to three mishaps."""
    content: bytes = draw(st.sampled_from(seeds))
    archive = zipfile.is_zipfile(io.BytesIO(content)) and draw(st.integers(0, 9)) > 0
    for _ in range(draw(st.integers(1, 3))):
        mutation = inside_an_archive if archive else draw(st.sampled_from(PLAIN))
        content = mutation(draw, content)
    return content


def _a_number(draw: Draw, content: bytes) -> re.Match[bytes] | None:
    """The first number at or after a place: cheaper to find than all of them."""
    return NUMBER.search(content, draw(st.integers(0, len(content))))


def _replaced(draw: Draw, content: bytes, by: bytes) -> bytes:
    found = _a_number(draw, content)
    return content[: found.start()] + by + content[found.end() :] if found else content
