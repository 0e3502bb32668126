"""What must add up in every staged table, written down a second time and without the suites."""

import re
from collections.abc import Callable, Iterator, Mapping

import pandas as pd

from ingest.county.tables import TABLES
from kreishaus.keys import row_key

Tables = Mapping[str, pd.DataFrame]

DECISIONS = [
    "decisions_art_16a",
    "decisions_refugee",
    "decisions_subsidiary",
    "decisions_deportation_ban",
    "decisions_rejected",
    "decisions_otherwise_closed",
]


def broken_identities(dataset_id: str, tables: Tables) -> list[str]:
    """Each identity of a dataset that its rows break; a dataset without any is a fault here."""
    return list(IDENTITIES[dataset_id](tables))


def spoilt(dataset_id: str, tables: Tables) -> Tables | None:
    """The same rows with one count changed, such that an identity breaks.

    None when no count is part of any identity.
    """
    for name, frame in tables.items():
        for column in frame.infer_objects().select_dtypes("number").columns:
            for row in frame.index[frame[column].notna()][:50]:
                for change in (1, -1_000_000):
                    wrong = frame.copy()
                    wrong.loc[row, column] += change
                    if broken_identities(dataset_id, {**tables, name: wrong}):
                        return {**tables, name: wrong}
    return None


def _hkl(tables: Tables) -> Iterator[str]:
    rows = tables["rows"].assign(value=lambda frame: frame["value"].fillna(0).astype(int))
    wide = rows.pivot_table(
        index=["row_kind", "continent", "ls_code", "row_label"],
        columns="measure",
        values="value",
        aggfunc="sum",
        dropna=False,
    )
    wide = wide[wide.notna().any(axis=1)].fillna(0)
    yield from _differ(wide, "applications_total", ["applications_first", "applications_follow_up"])
    yield from _differ(wide, "decisions_total", DECISIONS)
    kinds = rows.groupby(["row_kind", "measure"])["value"].sum().unstack(0, fill_value=0)
    kinds = kinds.reindex(columns=["country", "continent", "total"], fill_value=0)
    for kind in ("country", "continent"):
        if not kinds[kind].equals(kinds["total"]):
            yield f"the {kind} rows do not sum to the total"


def _report(tables: Tables) -> Iterator[str]:
    rows = tables["rows"]
    rows = rows[rows["unit"] == "persons"]
    wide = rows.pivot_table(index="row_label", columns="measure", values="value", aggfunc="sum")
    wide = wide.fillna(0)
    yield from _differ(wide, "applications_total", ["applications_first", "applications_follow_up"])
    parts = ["refugee_and_art_16a", "subsidiary", "deportation_ban", "rejected", "otherwise_closed"]
    yield from _differ(wide, "decisions_total", [f"decisions_{part}" for part in parts])
    kinds = rows.groupby(["row_kind", "measure"])["value"].sum().unstack(0, fill_value=0)
    kinds = kinds.reindex(columns=["country", "top_ten"], fill_value=0)
    if not kinds["country"].equals(kinds["top_ten"]):
        yield "the countries do not sum to the first ten"


def _municipalities(tables: Tables) -> Iterator[str]:
    cells = tables["cells"].assign(value=lambda frame: frame["value"].fillna(0).astype(int))
    levels = cells.groupby(["sex_code", "region_level"])["value"].sum().unstack()
    levels = levels.reindex(columns=["Gemeinde", "Kreis"])
    if not levels["Gemeinde"].equals(levels["Kreis"]):
        yield "the municipalities do not sum to the county"
    sexes = cells.assign(kind=cells["sex_code"].eq("total"))
    sums = sexes.groupby(["region_code", "kind"])["value"].sum().unstack()
    if {True, False} <= set(sums.columns) and not sums[False].equals(sums[True]):
        yield "the sexes are not all"


def _crosstable(tables: Tables) -> Iterator[str]:
    cells = tables["cells"]
    for (margin,), part in cells[cells["margin"] != "total"].groupby(["margin"]):
        sums = part.groupby("line_number")["value"].sum()
        totals = cells[cells["margin"] == "total"].set_index("line_number")["value"].fillna(0)
        for line in sums.index:
            if sums[line] != totals.get(line):
                yield f"line {line}: {margin} sums to {sums[line]}, total {totals.get(line)}"


def _series(tables: Tables) -> Iterator[str]:
    wide = tables["cells"].pivot(index="reference_date", columns="status_code", values="value")
    yield from _differ(wide.fillna(0), "total", ["recognised", "pending", "tolerated"])


def _statistics(tables: Tables) -> Iterator[str]:
    """The Kreise sum to the Land, men and women to all: where nothing is left out."""
    cells = tables["cells"]
    known = cells["marker"].isna() | (cells["marker"] == "-")
    cells = cells.assign(
        level=cells["region_code"].str.len(),
        value=cells["value"].where(known).fillna(0.0).astype("float64"),
        whole=known.astype(bool),
    )
    cells = cells[cells["unit"].str.contains("Anzahl|Person", case=False, regex=True)]
    labels = [name for name in cells.columns if name.endswith("_label") and name != "region_label"]
    key = ["reference_date", "unit", *labels]
    cells[labels] = cells[labels].fillna("")
    sums = cells.groupby([*key, "level"]).agg(value=("value", "sum"), whole=("whole", "all"))
    levels = sums.unstack("level")
    if {2, 5} <= set(levels["value"]):
        whole = levels["whole"][2].eq(True) & levels["whole"][5].eq(True)
        wrong = levels["value"][2].ne(levels["value"][5]) & whole
        yield from (f"{label}: the Kreise are not the Land" for label in levels.index[wrong])
    for dimension in ("sex_label", "age_label"):
        yield from _parts_and_whole(cells, ["region_code", *key], dimension)


def _parts_and_whole(cells: pd.DataFrame, key: list[str], dimension: str) -> Iterator[str]:
    """All of a dimension is printed in a row of its own; the other rows sum to it."""
    key = [name for name in key if name != dimension]
    kind = cells[dimension].map(lambda label: "all" if label == "Insgesamt" else "part")
    sums = cells.assign(kind=kind).groupby([*key, "kind"])
    sums = sums.agg(value=("value", "sum"), whole=("whole", "all")).unstack("kind")
    if {"all", "part"} <= set(sums["value"]):
        wrong = sums["value"]["all"].ne(sums["value"]["part"])
        wrong &= sums["whole"].eq(True).all(axis=1)
        yield from (f"{label}: {dimension} does not add up" for label in sums.index[wrong])


def _workbook(tables: Tables) -> Iterator[str]:
    occupancy = tables["belegung"]
    if occupancy["pfad_id"].duplicated().any():
        yield "an offer stands there twice"
    for row in occupancy.itertuples():
        places, occupied, vacant = (
            None if pd.isna(count) else int(count)
            for count in (row.plaetze_vertrag, row.plaetze_belegt, row.plaetze_nicht_belegt)
        )
        counts = f"{row.pfad_id}: {places} places, {occupied} occupied, {vacant} vacant"
        if any(count is not None and count < 0 for count in (places, occupied, vacant)):
            yield f"{counts}: less than nothing"
        overbooked = row.ueberbelegung_genehmigt is True
        complete = None not in (places, occupied, vacant)
        if complete and not overbooked and occupied + vacant != places:  # type: ignore[operator]
            yield f"{counts}: they do not add up"
        unusable = row.davon_nicht_belegbar
        if vacant is not None and pd.notna(unusable) and unusable > vacant:
            yield f"{counts}: {unusable} not usable"


def _register(tables: Tables) -> Iterator[str]:
    offers = tables["register_offers"]
    if (offers["plaetze"] < 0).any():
        yield "an offer has less than no places"


def _heimfinder(tables: Tables) -> Iterator[str]:
    homes = tables["homes"]
    if homes["home_id"].duplicated().any():
        yield "a home stands there twice"
    for column in ("places", "free_places", "free_long_term_places", "free_short_term_places"):
        if (homes[column] < 0).any():
            yield f"{column}: less than nothing"
    if (homes["free_places"] > homes["places"]).any():
        yield "more places free than there are"


def _differ(wide: pd.DataFrame, total: str, parts: list[str]) -> Iterator[str]:
    missing = {total, *parts} - set(wide.columns)
    if missing:
        yield f"no {sorted(missing)}"
        return
    for label in wide.index[wide[total] != wide[parts].sum(axis=1)]:
        yield f"{label}: {total} is not the sum of its parts"


def _papers(tables: Tables) -> Iterator[str]:
    """A printed table may contradict itself; staged is what it prints, cell by cell."""
    cells = tables["cells"]
    if cells.duplicated(["document", "place", "row_number", "column_number"]).any():
        yield "a cell stands there twice"
    for cell in cells[cells["value"].notna()].itertuples():
        digits = re.sub(r"\D", "", f"{abs(cell.value):.{int(cell.decimals)}f}")
        printed = re.sub(r"[^0-9]", "", cell.value_as_printed).lstrip("0")
        # A footnote may follow: "349 1)".
        if not printed.startswith(digits.lstrip("0")):
            yield f"{cell.value_as_printed!r} was read as {cell.value}"


def _lists(tables: Tables) -> Iterator[str]:
    """What tells the rows of a list apart stands once."""
    for name, frame in tables.items():
        key = row_key(TABLES[name])
        if key and frame.astype(str).duplicated(list(key.columns)).any():
            yield f"{name}: two rows with one key"


IDENTITIES: Mapping[str, Callable[[Tables], Iterator[str]]] = {
    "bamf/hkl": _hkl,
    "bamf/hkl_cumulative": _hkl,
    "bamf/report": _report,
    "azr/crosstable": _crosstable,
    "azr/series": _series,
    "azr/municipalities": _municipalities,
    "it_nrw/care_recipients": _statistics,
    "it_nrw/care_homes": _statistics,
    "it_nrw/care_staff": _statistics,
    "it_nrw/care_recipients_by_age": _statistics,
    "it_nrw/population_by_age": _statistics,
    "it_nrw/population_municipalities": _statistics,
    "it_nrw/population_municipalities_by_age": _statistics,
    "it_nrw/population_projection": _statistics,
    "wtg/stichtag": _workbook,
    "wtg/register": _register,
    "wtg/heimfinder": _heimfinder,
    "papers/figures": _papers,
    "county/lists": _lists,
}
