"""Any table comes back the same from every layout; damaged bytes are read or refused."""

import random

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from it_nrw_files import origin
from it_nrw_layouts import AGES, CODE, LAYOUTS, SEXES, Table, old_wide, reference

from ingest.it_nrw.numbers import MARKERS
from ingest.it_nrw.population import parse
from ingest.it_nrw.regions import KREISE
from kreishaus.model import Batch, UnreadableFile

MUTATIONS = 300
NAMES = st.sampled_from(
    ["Köln, krfr. Stadt", "Rhein-Kreis Neuss", "Städteregion Aachen (einschl. Stadt)", "Höxter"]
)
PRINTED = st.one_of(
    st.integers(0, 10**8).map(str),
    st.sampled_from(MARKERS),
)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    keys = draw(st.lists(st.sampled_from(KREISE), min_size=1, max_size=3, unique=True))
    years = draw(st.lists(st.integers(2000, 2024), min_size=1, max_size=2, unique=True))
    cells = {
        (year, key, sex, age): draw(PRINTED)
        for year in years
        for key in keys
        for sex in SEXES.values()
        for age in AGES.values()
    }
    return Table({key: draw(NAMES) for key in keys}, years, cells)


def as_printed(batch: Batch) -> dict[tuple[object, ...], str]:
    """Staged cells -> what was printed, to be compared with what the table says."""
    frame = batch.tables["cells"]
    assert set(frame["measure_label"]) == {"Bevölkerungsstand"}
    assert set(frame["unit"]) == {"Anzahl"}
    return {
        (row.reference_date, row.region_code, row.sex_label, row.age_label): row.marker
        if pd.isna(row.value)
        else row.value
        for row in frame.itertuples()
    }


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(table=tables())
def test_every_cell_comes_back_from_every_layout(layout: str, table: Table) -> None:
    if LAYOUTS[layout] is old_wide:
        year = table.years[0]
        kept = {key: printed for key, printed in table.cells.items() if key[0] == year}
        table = Table(table.regions, [year], kept)
    batch = parse(LAYOUTS[layout](table), origin(CODE))
    wanted = {
        (reference(year), *rest): printed
        if printed in MARKERS
        else float(printed.replace(",", "."))
        for (year, *rest), printed in table.cells.items()
    }
    assert as_printed(batch) == wanted
    frame = batch.tables["cells"]
    names = dict(zip(frame["region_code"], frame["region_label"], strict=True))
    assert names == table.regions
    assert (batch.published_at is None) == layout.startswith("flat")
    assert batch.findings == ()


SMALL = Table(
    {"05162": "Rhein-Kreis Neuss", "05315": "Köln, krfr. Stadt"},
    [2018],
    {
        (2018, key, sex, age): f"{number}"
        for number, (key, sex, age) in enumerate(
            (key, sex, age)
            for key in ("05162", "05315")
            for sex in SEXES.values()
            for age in AGES.values()
        )
    },
)


def mutated(content: bytes, chance: random.Random) -> bytes:
    """One to three accidents: bytes changed, lost, doubled, moved, cut, or of another file."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 3)):
        at, other = sorted(chance.sample(range(len(data)), 2))
        what = chance.randrange(7)
        if what == 0:
            data[at] = chance.randrange(256)
        elif what == 1:
            del data[at : at + chance.randint(1, 40)]
        elif what == 2:
            data[at:at] = data[at:other]
        elif what == 3:
            data[at:at] = chance.choice([b'"', b";", b"\n", b"\x00", b"\xff", b"9" * 400, b"Total"])
        elif what == 4:
            data[at:other] = reversed(data[at:other])
        elif what == 5:
            del data[max(at, 2) :]
        else:
            lines = bytes(data).split(b"\n")
            chance.shuffle(lines)
            data = bytearray(b"\n".join(lines))
        if len(data) < 2:
            break
    return bytes(data)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_damaged_bytes_are_read_or_refused(layout: str) -> None:
    content, chance = LAYOUTS[layout](SMALL), random.Random(layout)
    refused = 0
    for number in range(MUTATIONS):
        damaged = mutated(content, chance)
        try:
            parse(damaged, origin(CODE))
        except UnreadableFile as error:
            refused += 1
            assert all(finding.message and finding.rule for finding in error.findings), number
    assert refused > MUTATIONS / 2


def test_the_layout_is_told_by_the_bytes_not_by_the_name() -> None:
    batches = [parse(write(SMALL), origin(f"{CODE}.csv")) for write in LAYOUTS.values()]
    first = as_printed(batches[0])
    assert all(as_printed(batch) == first for batch in batches)


@pytest.mark.parametrize("first_line", ["Kreis;Einwohner", "Table: 12411-02-03-5", "x" * 1000])
def test_an_unknown_layout_is_named_beside_the_known_ones(first_line: str) -> None:
    with pytest.raises(UnreadableFile) as error:
        parse(f"{first_line}\n05162;1\n".encode(), origin(CODE))
    (finding,) = error.value.findings
    assert (finding.rule, finding.found) == ("layout", first_line[:120])
    assert "Tabelle: <code>" in str(finding.expected)


def test_a_file_handed_in_under_a_name_without_a_code_is_not_read() -> None:
    with pytest.raises(UnreadableFile) as error:
        parse(LAYOUTS["datencsv"](SMALL), origin("einwohner.csv"))
    (finding,) = error.value.findings
    assert (finding.rule, finding.found) == ("table_code", "einwohner.csv")
