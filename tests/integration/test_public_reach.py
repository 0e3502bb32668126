"""Everything that a public reader can open holds nothing of the exact half: no hash to guess by, no
name or size of an internal mart, no home by its name, no figure inside a sentence.

Read are all files of the public half, whatever their kind, the catalogue's site for everybody, and
whatever under the home every account of the machine may read.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb
import pytest
from hash_guessing import guess_pending
from public_reach import HASH, by_modes, files, hashes, text_of
from shared_night import FirstNight

from catalogue.site import site, write_sites
from kreishaus.settings import Settings
from reports.render import print_paper
from sample.wtg_offers import HOMES, offers
from warehouse import versions
from warehouse.export.extract import extract
from warehouse.export.textfile import as_csv
from warehouse.export.workbook import as_workbook
from warehouse.manifest import content_hash
from warehouse.marts import marts

TABLES_THAT_FIT = 38_165
"""Tables of pending procedures that round to the published one and add up: counted by hand as the
sums of six countries with five values each that leave the rest and the whole in theirs."""


@pytest.fixture(scope="module")
def installation(first_night: FirstNight) -> Settings:
    return first_night.installation


@pytest.fixture(scope="module")
def version(installation: Settings) -> Path:
    return versions.current(installation)


@pytest.fixture(scope="module")
def catalogue(installation: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalogue's site for everybody, of a home whose documents are its own."""
    home = tmp_path_factory.mktemp("reach") / "var"
    home.mkdir()
    for name in ("published", "warehouse"):
        (home / name).symlink_to(installation.home / name)
    own = installation.model_copy(update={"home": home})
    write_sites(own)
    return site(own, "public").resolve()


@pytest.fixture(scope="module")
def handed_out(installation: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What people are sent: the printed papers, page and PDF, and two marts as workbook and CSV."""
    folder = tmp_path_factory.mktemp("handed_out")
    for name in ("refugees", "demand", "wtg"):
        print_paper(installation, name, to=folder / name)
    for mart in ("pending_by_country", "vacancy_by_region"):
        with extract(installation, mart, "public") as found:
            (folder / f"{mart}.xlsx").write_bytes(as_workbook(found))
        with extract(installation, mart, "public") as found:
            (folder / f"{mart}.csv").write_bytes(as_csv(found, for_spreadsheets=True))
    return folder


@pytest.fixture(scope="module")
def texts(version: Path, catalogue: Path, handed_out: Path) -> Mapping[Path, str]:
    """Every file that a public reader opens, as text: the public half, what lies openly beside the
    halves, the catalogue, papers and exports. A file that several hold is read once."""
    beside = [path for path in version.iterdir() if path.is_file()]
    found = [*beside, *files(version / "public"), *files(catalogue), *files(handed_out)]
    once: dict[str, Path] = {}
    for path in found:
        once.setdefault(hashlib.sha256(path.read_bytes()).hexdigest(), path)
    return {path: text_of(path) for path in once.values()}


@pytest.fixture(scope="module")
def readable(texts: Mapping[Path, str]) -> dict[str, Path]:
    return {found: path for path, text in texts.items() for found in HASH.findall(text)}


@pytest.fixture(scope="module")
def exact(installation: Settings, version: Path) -> Iterator[Mapping[str, str]]:
    """Hash -> what it is of: every internal mart that is not public as it is, and its file."""
    found = {}
    with duckdb.connect() as database:
        for path in sorted(versions.parquet(version, "internal").glob("*.parquet")):
            public = versions.parquet(version, "public") / path.name
            if public.exists() and public.read_bytes() == path.read_bytes():
                continue
            found[content_hash(database, path)] = f"the content of {path.name}"
            found[hashlib.sha256(path.read_bytes()).hexdigest()] = f"the file {path.name}"
    for path in (version / "internal").iterdir():
        if path.is_file():
            found[hashlib.sha256(path.read_bytes()).hexdigest()] = f"the file {path.name}"
    yield found


def test_no_hash_of_anything_exact_can_be_read(
    readable: Mapping[str, Path], exact: Mapping[str, str]
) -> None:
    assert len(exact) > 30
    assert {readable[one]: exact[one] for one in readable if one in exact} == {}


def test_no_guess_of_pending_procedures_meets_a_hash(
    version: Path, readable: Mapping[str, Path]
) -> None:
    """Every table that could be the exact one is tried against every hash in reach."""
    rounded = versions.parquet(version, "public") / "pending_by_country.parquet"
    guessed = guess_pending(rounded, readable)
    assert (guessed.persons, guessed.tried) == (None, TABLES_THAT_FIT)


def test_with_the_hash_in_reach_the_guess_finds_every_country(
    version: Path, tmp_path: Path
) -> None:
    """The attack can succeed: the hash of an exact mart gives all of it away to whoever sees the
    rest of its columns."""
    rounded = versions.parquet(version, "public") / "pending_by_country.parquet"
    inner = versions.parquet(version, "internal") / "pending_by_country.parquet"
    exact_beside_public = tmp_path / "exact.parquet"
    with duckdb.connect() as database:
        database.execute(
            f"""copy (
                    select exact.* replace (shown.source_sha256 as source_sha256)
                    from '{inner}' as exact
                    inner join '{rounded}' as shown using (reference_date, origin_code)
                ) to '{exact_beside_public}' (format parquet)"""
        )
        truth = dict(
            database.execute(f"select origin_code, pending_persons from '{inner}'").fetchall()
        )
        hash_of_exact = content_hash(database, exact_beside_public)
    assert truth["224"] == 13  # Eritrea, as the committee paper of 2021 prints it
    assert guess_pending(rounded, {hash_of_exact}).persons == truth


def test_no_hash_of_a_file_of_persons_or_homes_can_be_read(
    installation: Settings, readable: Mapping[str, Path]
) -> None:
    """Whoever knows all but one cell of a delivered file needs its hash alone."""
    protected = {
        path.name
        for source, dataset in (
            ("azr", "crosstable"),
            ("azr", "municipalities"),
            ("azr", "series"),
            ("wtg", "stichtag"),
        )
        for path in (installation.landing / source / dataset).rglob("*")
        if HASH.fullmatch(path.name)
    } | {
        hashlib.sha256(path.read_bytes()).hexdigest()
        for source in ("azr", "wtg/stichtag")
        for path in files(installation.landing / source)
    }
    assert protected
    assert protected & set(readable) == set()


def internal_only(installation: Settings) -> set[str]:
    return {mart.name for mart in marts(installation) if mart.meta.get("audience") == "internal"}


def test_the_public_half_has_no_table_of_an_internal_mart(
    installation: Settings, version: Path
) -> None:
    names = internal_only(installation)
    assert len(names) >= 5
    with duckdb.connect(versions.database(version, "public"), read_only=True) as database:
        tables = {
            row[0] for row in database.execute("select name from (show all tables)").fetchall()
        }
    assert tables & names == set()
    assert {path.stem for path in files(version / "public")} & names == set()


def test_no_file_in_reach_says_how_large_an_internal_mart_is(
    installation: Settings, version: Path, texts: Mapping[Path, str]
) -> None:
    """A manifest that lists an internal mart tells its rows, its hash and whether it was kept."""
    names = internal_only(installation)
    listed = set()
    for path, text in texts.items():
        if path.suffix == ".json":
            listed |= {(path.name, name) for name in _listed(json.loads(text)) if name in names}
    assert listed == set()


def _listed(document: object) -> Iterator[str]:
    """Names of entries that say something of a table."""
    if isinstance(document, dict):
        if {"name", "rows"} <= document.keys():
            yield str(document["name"])
        for value in document.values():
            yield from _listed(value)
    elif isinstance(document, list):
        for value in document:
            yield from _listed(value)


def test_no_home_is_named_beside_what_it_reports(texts: Mapping[Path, str]) -> None:
    """Neither name nor key nor site of any of the 49 homes stands in a public file."""
    homes = offers(HOMES)
    assert len(homes) == 49
    marks = {mark for home in homes for mark in (home.name, home.pfad_id)}
    pattern = re.compile("|".join(rf"{re.escape(mark)}(?!\d)" for mark in sorted(marks)))
    found = {path.name: match[0] for path, text in texts.items() if (match := pattern.search(text))}
    assert found == {}


def test_no_sentence_holds_a_number_of_residents(version: Path) -> None:
    """That 3 residents without a care grade need no staff is a figure, also inside a sentence."""
    with duckdb.connect(versions.database(version, "public"), read_only=True) as database:
        found = database.execute(
            """select region_code, caveat from public.staffing_requirement
               where regexp_matches(caveat, '[0-9]+ residents') limit 3"""
        ).fetchall()
    assert found == []


def test_no_exact_file_is_open_to_every_account(installation: Settings) -> None:
    """By their modes: only the public half, and what says which version is current."""
    for folder in ("landing", "staged", "quarantine", "warehouse"):
        assert list(by_modes(installation.home / folder)) == [], folder
    for path in by_modes(installation.published):
        assert "internal" not in path.parts


def test_a_mode_that_is_too_open_is_found(tmp_path: Path) -> None:
    """A readable file in an open folder is in reach; one in a closed folder is not."""
    (tmp_path / "closed").mkdir()
    (tmp_path / "open").mkdir()
    for folder in ("closed", "open"):
        (tmp_path / folder / "exact.csv").write_text("13")
    (tmp_path / "open" / "kept.csv").write_text("13")
    (tmp_path / "open" / "kept.csv").chmod(0o640)
    for folder in (tmp_path, tmp_path / "open"):
        folder.chmod(0o755)
    (tmp_path / "open" / "exact.csv").chmod(0o644)
    (tmp_path / "closed").chmod(0o750)
    assert list(by_modes(tmp_path)) == [tmp_path / "open" / "exact.csv"]
    shutil.rmtree(tmp_path)


def test_a_hash_is_found_wherever_it_stands(tmp_path: Path) -> None:
    """In a table's cell, in a comment, in Parquet's own metadata, in a page."""
    marks = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(4)]
    with duckdb.connect(tmp_path / "a.duckdb") as database:
        database.execute(f"create table t as select '{marks[0]}' as cell")
        database.execute(f"comment on table t is '{marks[1]}'")
        database.execute(
            f"""copy (select 1 as one) to '{tmp_path / "b.parquet"}'
                (format parquet, kv_metadata {{said: '{marks[2]}'}})"""
        )
    (tmp_path / "c.html").write_text(f'<td title="{marks[3]}">')
    assert set(hashes(files(tmp_path))) == set(marks)


def test_papers_and_exports_are_read_as_text(handed_out: Path, texts: Mapping[Path, str]) -> None:
    """A reader that finds nothing in them would find no hash there either."""
    papers = [path for path in files(handed_out) if path.suffix == ".pdf"]
    assert len(papers) == 3
    assert all("Rhein-Kreis Neuss" in texts[path] for path in papers)
    assert "Jüchen" in texts[handed_out / "vacancy_by_region.xlsx"]
