"""The committee papers of an installation that had a night: their figures, files and words.

Expected numbers are the published ones (``sample/figures``), rounded by hand as everybody may see
them, or worked in the test; none was copied from a paper.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pdfplumber
import pytest
import yaml
from kind_words import OF_A_KREIS

from kreishaus.county_words import WORDS, Kind
from kreishaus.labels import translations
from kreishaus.local_time import HERE
from kreishaus.settings import Settings
from reports.document import Document
from reports.html import html
from reports.layout import laid_out
from reports.marts import Marts, Row, published
from reports.papers import paper
from reports.render import NoSuchDate, folder_of, print_paper, write_index
from warehouse import versions
from warehouse.as_of import AsOf, settings_as_of
from warehouse.build import target
from warehouse.builds import keep
from warehouse.publish import publish

REPOSITORY = Path(__file__).resolve().parents[2]
KREISHAUS = str(Path(sys.executable).with_name("kreishaus"))
ABOUT = {"refugees": date(2021, 9, 30), "demand": date(2024, 12, 31), "wtg": date(2020, 12, 31)}
MONTHS = {"Mrz": 3, "Jun": 6, "Aug": 8, "Sep": 9, "Dez": 12}
MINUS = "\u2212"


class Watched(Marts):
    """Marts that note which of them were read."""

    read: set[str]

    @classmethod
    def of(cls, marts: Marts) -> Watched:
        watched = cls(marts.connection, county=marts.county, origin_note=marts.origin_note)
        watched.read = set()
        return watched

    def rows(self, mart: str, sql: str, parameters: Any = None) -> list[Row]:
        self.read |= set(re.findall(r"\b(?:from|join)\s+(\w+)", sql)) & self._names
        return super().rows(mart, sql, parameters)


@pytest.fixture(scope="module")
def papers(of_its_own: Settings) -> dict[str, tuple[Document, set[str]]]:
    """Each paper about its date, with the marts that it read."""
    made = {}
    with published(of_its_own) as marts:
        for name, about in ABOUT.items():
            watched = Watched.of(marts)
            made[name] = (paper(name).write(watched, about), watched.read)
    return made


@pytest.fixture(scope="module")
def words(papers: dict[str, tuple[Document, set[str]]]) -> dict[str, str]:
    """All words of each paper, without pictures."""
    return {name: text_of(document) for name, (document, _) in papers.items()}


def text_of(document: Document) -> str:
    found: list[str] = []

    def walk(value: object, key: str = "") -> None:
        if isinstance(value, dict):
            for name, one in value.items():
                walk(one, name)
        elif isinstance(value, list):
            for one in value:
                walk(one, key)
        elif isinstance(value, str) and key != "svg":
            found.append(value)

    walk(laid_out(document))
    return "\n".join(found).replace("\u00ad", "")


def table_of(document: Document, caption: str) -> tuple[list[str], list[list[str]]]:
    """Header and cells of the table whose caption begins so."""
    tables: list[dict[str, Any]] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if value.get("kind") == "table":
                tables.append(value)
            for one in value.values():
                walk(one)
        elif isinstance(value, list):
            for one in value:
                walk(one)

    walk(laid_out(document))
    (found,) = [table for table in tables if table["caption"].startswith(caption)]
    header = [column["label"].replace("\u00ad", "") for column in found["columns"]]
    return header, [line["cells"] for line in found["lines"]]


def rounded(number: int) -> int:
    """To the nearest multiple of five; there is never a tie among whole numbers."""
    return 5 * ((number + 2) // 5)


def german(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def series() -> dict[str, dict[str, int]]:
    """The printed series by group and date, exact."""
    lines = (REPOSITORY / "sample/figures/azr/series.csv").read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader((line for line in lines if line[:1] != "#"), delimiter=";"))
    return {
        next(iter(row.values())): {
            label: int(cell.replace(".", "")) for label, cell in list(row.items())[1:]
        }
        for row in rows
    }


def test_the_refugee_report_compares_with_four_dates(words: dict[str, str]) -> None:
    """Printed: 9,720; 9,601 before, 9,949 a year, 10,045 two years before, 9,212 at first.

    Rounded to five: 9,720; 9,600, 9,950, 10,045 and 9,210; so 120 more, 230 and 325 fewer, 510
    more. 120 / 9,600 = 1.25 %, 230 / 9,950 = 2.31 %, 325 / 10,045 = 3.24 %, 510 / 9,210 = 5.54 %.
    """
    told = words["refugees"]
    assert "Am 30.09.2021 waren im Rhein-Kreis Neuss 9.720 Personen" in told
    for sentence in (
        "Gegenüber dem vorigen Stichtag 30.06.2021 (9.600) sind es 120 Personen mehr (+1,3 %).",
        "Gegenüber dem Stichtag ein Jahr zuvor 30.09.2020 (9.950) sind es 230 Personen weniger "
        f"({MINUS}2,3 %).",
        "Gegenüber dem Stichtag zwei Jahre zuvor 30.09.2019 (10.045) sind es 325 Personen weniger "
        f"({MINUS}3,2 %).",
        "Gegenüber dem ersten Stichtag der Reihe 30.06.2017 (9.210) sind es 510 Personen mehr "
        "(+5,5 %).",
    ):
        assert sentence in told


def test_the_refugee_report_says_that_and_why_it_rounds(words: dict[str, str]) -> None:
    told = words["refugees"]
    assert "Warum die Zahlen auf 5 gerundet sind" in told
    assert "Kleine Zahlen könnten einzelne Menschen erkennbar machen" in told
    assert "Verglichen werden die gerundeten Zahlen" in told


def test_no_exact_number_of_the_register_is_in_the_report(
    papers: dict[str, tuple[Document, set[str]]],
) -> None:
    """Every count of the two cross tables is a multiple of five; 7,458 and 859 are nowhere."""
    document = papers["refugees"][0]
    for caption in ("Personen nach Status und Geschlecht", "Personen nach Status und Alter"):
        _, lines = table_of(document, caption)
        assert len(lines) == 23
        counts = [int(cell.replace(".", "")) for line in lines for cell in line[1:]]
        assert [count for count in counts if count % 5] == []
    told = text_of(document)
    for exact in ("7.458", "9.601", "9.949", "9.212", " 859 ", "1.403"):
        assert exact not in told


def test_every_date_of_the_series_as_printed_and_rounded(
    papers: dict[str, tuple[Document, set[str]]],
) -> None:
    header, lines = table_of(papers["refugees"][0], "Personen mit Fluchthintergrund an allen")
    groups = {
        "Anerkannte Flüchtlinge": "Anerkannte Flüchtlinge",
        "Flüchtlinge im Verfahren": "Flüchtlinge im Verfahren",
        "Aussetzung der Abschiebung": "Aussetzung der Abschiebung",
        "Insgesamt": "Flüchtlinge gesamt",
    }
    found = {line[0]: dict(zip(header, line, strict=True)) for line in lines}
    printed = series()
    assert len(found) == len(printed["Flüchtlinge gesamt"]) == 18
    for shown, label in groups.items():
        for at, number in printed[label].items():
            month, year = MONTHS[at[:3]], int(at[4:])
            day = next(one for one in found if one.endswith(f".{month:02}.{year}"))
            assert found[day][shown] == german(rounded(number)), (label, at)
    assert "31.08.2018" in found and "30.09.2018" not in found


def test_a_date_that_stands_for_another_says_so(of_its_own: Settings) -> None:
    """30.09.2019: 10,045, a year before 9,663 on 31.08.2018; rounded 9,665, 380 more."""
    with published(of_its_own) as marts:
        told = text_of(paper("refugees").write(marts, date(2019, 9, 30)))
    assert (
        "Gegenüber dem Stichtag ein Jahr zuvor 31.08.2018, der für den 30.09.2018 steht (9.665), "
        "sind es 380 Personen mehr (+3,9 %)."
    ) in told


def test_the_first_date_has_nothing_to_be_compared_with(of_its_own: Settings) -> None:
    with published(of_its_own) as marts:
        told = text_of(paper("refugees").write(marts, date(2017, 6, 30)))
    assert "Ein Vergleich mit dem vorigen Stichtag liegt nicht vor." in told
    assert "ersten Stichtag der Reihe" not in told
    assert "Eine Kreuztabelle zum 30.06.2017 liegt nicht vor." in told


def test_the_refugee_report_on_germany(words: dict[str, str]) -> None:
    """18,206 applications; 13,961 the month before, 10,576 a year before (BAMF).

    18,206 - 13,961 = 4,245 (30.4 %); 18,206 - 10,576 = 7,630 (72.1 %). From January on 115,989
    against 77,649: 38,340 more. 3,911 + 357 + 204 = 4,472 of 13,849 first applications: 32.3 %.
    """
    told = words["refugees"]
    for sentence in (
        "18.206 Asylanträge wurden im September 2021 in Deutschland gestellt.",
        "Gegenüber dem Vormonat (13.961) sind es 4.245 Asylanträge mehr (+30,4 %).",
        "Gegenüber dem Vorjahresmonat (10.576) sind es 7.630 Asylanträge mehr (+72,1 %).",
        "Von Januar bis September 2021 waren es 115.989 Asylanträge.",
        "(77.649) sind es 38.340 Asylanträge mehr",
        "lag bei 45,5 %, 0,6 Prozentpunkte weniger als im Vorjahresmonat.",
        "4.472 Erstanträge, 32,3 % aller Erstanträge.",
    ):
        assert sentence in told


def test_what_papers_printed_wrongly_is_in_the_report(
    papers: dict[str, tuple[Document, set[str]]],
) -> None:
    """25,9 % was printed for August 2018; 5,965 / 16,623 is 35.88 %."""
    document = papers["refugees"][0]
    _, lines = table_of(document, "Gedruckte Zahlen, die von den Tabellen in Kreishaus abweichen")
    assert ["25,9", "35,9 %"] in [line[2:4] for line in lines if "08/2018" in line[1]]
    told = text_of(document)
    assert "Schutzquote, August 2018: gedruckt ist 25,9, aus den gedruckten Teilen ergibt sich" in (
        told
    )


def test_the_demand_paper_on_need_and_supply(words: dict[str, str]) -> None:
    """3,827.934 residents / 0.98 = 3,906.06; 3,975 - 35 = 3,940 places: 34 more (docs/methods.md).

    2030: 4,366.171 / 0.98 = 4,455.28 and 3,940 + 120 = 4,060 places, so 395 are missing.
    """
    told = words["demand"]
    assert (
        "2023 stehen einem Bedarf von 3.906 vollstationären Plätzen 3.940 gegenüber. "
        "Das Angebot liegt um 34 Plätze über dem Bedarf."
    ) in told
    assert (
        "2030 stehen einem Bedarf von 4.455 vollstationären Plätzen 4.060 gegenüber. "
        f"Es fehlen 395 Plätze; je nach Annahmen zwischen {MINUS}1.528 und +186 Plätzen."
    ) in told


def test_the_demand_paper_on_what_is_known_otherwise(words: dict[str, str]) -> None:
    """228 and 222 places stood empty where 267 were said to be missing; 103 - 36 + 24 = 91."""
    told = words["demand"]
    for sentence in (
        "Für 2022 sagte die Prognose vom Oktober 2021: Es fehlen 267 Plätze. "
        "Am 15.02.2022 standen 228 Plätze leer.",
        f"im Jahr 2022 {MINUS}3 Plätze mit Dormagen, Grevenbroich, Jüchen und Rommerskirchen, "
        "aber +91 Plätze mit Grevenbroich, Jüchen und Rommerskirchen.",
        "waren es 213,5 Plätze; ohne die gekennzeichneten, über 10 Stichtage, 199,9.",
        "Kaarst: 80 Plätze vollstationär angekündigt.",
        "mit der Bedarfsplanung für 2024, wurden 80 Plätze festgestellt.",
        "Im Land kommen 2023 14,25 Plätze auf 100 Einwohner ab 80 Jahren",
        "Zu Hause gepflegte junge Menschen mit geistiger Behinderung",
    ):
        assert sentence in told


def test_the_demand_paper_by_municipality(papers: dict[str, tuple[Document, set[str]]]) -> None:
    """Vacant places of 15.08.2021 as published: 217 in the county."""
    document = papers["demand"][0]
    _, lines = table_of(document, "Nicht belegte vollstationäre Plätze nach Gemeinden")
    assert {line[0]: line[2] for line in lines} == {
        "Dormagen": "17",
        "Grevenbroich": "51",
        "Jüchen": "8",
        "Kaarst": "1",
        "Korschenbroich": "34",
        "Meerbusch": "78",
        "Neuss": "28",
        "Rommerskirchen": "0",
    }
    _, dates = table_of(document, "Bestandteile der Prognose und ihre Stichtage")
    assert [line[2] for line in dates] == [
        "15.12.2023",
        "15.12.2023",
        "31.12.2024",
        "2025 bis 2040",
        "31.12.2022",
        "01.11.2021",
        "01.10.2021",
    ]


def test_the_activity_report(papers: dict[str, tuple[Document, set[str]]]) -> None:
    """As printed for 2020: of 62 planned inspections 43 held (69.4 %), 19 not; 20 of 46 homes.

    Held in all: 22 + 16 + 3 + 2 by plan, 32 for a cause, 38 for the pandemic: 113. Of 2019: 60 by
    plan, 19 + 1 for a cause: 80, so 33 more. 20 / 46 = 43.5 %.
    """
    document = papers["wtg"][0]
    told = text_of(document)
    for sentence in (
        "2020 hielt die WTG-Behörde 113 Prüfungen. "
        "Gegenüber dem Jahr 2019 (80) sind es 33 Prüfungen mehr.",
        "Von 62 geplanten Regelprüfungen 2020 fanden 43 statt (69,4 %), 19 nicht.",
        "2020 gab es Beschwerden über 20 Einrichtungen von 46 (43,5 %).",
        "2019 und 2020 gab es Beschwerden über 21 Einrichtungen von 46 (45,7 %).",
        "Am 31.12.2020 waren im Kreis 102 Angebote anerkannt.",
    ):
        assert sentence in told
    _, lines = table_of(document, "Geplante Regelprüfungen 2020")
    assert {line[0]: line[1:4] for line in lines} == {
        "Pflegeeinrichtungen": ["26", "22", "4"],
        "Einrichtungen der Eingliederungshilfe": ["22", "16", "6"],
        "Wohngemeinschaften": ["3", "3", "0"],
        "Tagespflegen": ["11", "2", "9"],
        "Insgesamt": ["62", "43", "19"],
    }


def test_no_python_and_no_english_is_left_in_a_paper(words: dict[str, str]) -> None:
    for name, told in words.items():
        assert not re.search(r"\b(None|nan|NaT|Decimal|True|False)\b", told), name
        assert not re.search(r"\b(the|of|and|is)\b(?! the| [A-Z])", _without_names(told)), name


def _without_names(told: str) -> str:
    """Without the titles of chapters in docs/, which are English and stand in German quotes."""
    return re.sub(r"„[^“]*“", "", told)


def test_every_statement_of_the_marts_has_its_german(of_its_own: Settings) -> None:
    """What a paper may print of the marts, beyond what the sample makes it print today."""
    asked = {
        "groups": ("demand_group", "reason"),
        "reasons": ("demand_parameters", "reason"),
        "documents": ("demand_parameters", "source_document"),
        "parameters": ("demand_parameters", "parameter_name"),
    }
    with published(of_its_own) as marts:
        for list_name, (mart, column) in asked.items():
            rows = marts.rows(mart, f"select distinct {column} as words from {mart}")
            unknown = [
                row["words"] for row in rows if not translations.is_known(list_name, row["words"])
            ]
            assert unknown == [], list_name
        for mart in (
            "demand_forecast",
            "demand_backtest",
            "demand_orientation",
            "staffing_requirement",
            "wtg_measures",
            "vacancy_by_region",
            "vacancy_against_forecast",
        ):
            rows = marts.rows(mart, f"select distinct caveat from {mart} where caveat is not null")
            said = {one for row in rows for one in translations.statements(row["caveat"])}
            assert [one for one in said if not translations.is_known("caveats", one)] == [], mart


def test_exposures_name_the_marts_that_the_papers_read(
    papers: dict[str, tuple[Document, set[str]]],
) -> None:
    """Every mart that a paper reads, and none that it does not, is in its exposure."""
    listed = yaml.safe_load(
        (REPOSITORY / "dbt_project/models/exposures.yml").read_text(encoding="utf-8")
    )
    named = {
        exposure["name"]: {re.findall(r"'(\w+)'", ref)[0] for ref in exposure["depends_on"]}
        for exposure in listed["exposures"]
    }
    for name, (_, read) in papers.items():
        assert named[paper(name).exposure] == read, name


@pytest.mark.parametrize("kind", ["kreisfreie Stadt", "Städteregion"])
def test_with_every_mart_filled_no_paper_has_a_word_of_a_kreis(
    of_its_own: Settings, kind: Kind
) -> None:
    """The pilot's figures under another county's name: municipalities are all that names it."""
    named = {"name": "Krefeld", "kind": kind}
    county = of_its_own.county.model_copy(update=named)
    with published(of_its_own.model_copy(update={"county": county})) as marts:
        for name, about in ABOUT.items():
            said = text_of(paper(name).write(marts, about))
            assert OF_A_KREIS.findall(said) == [], name
            assert "Rhein-Kreis" not in said, name
            assert WORDS[kind].im_kreis in said or "in Krefeld" in said, name


def words_of(path: Path) -> str:
    with pdfplumber.open(io.BytesIO(path.read_bytes())) as book:
        text = "\n".join(page.extract_text() for page in book.pages)
    return " ".join(re.sub(r"[\u00ad\u2010-]\n", "", text).replace("\u00ad", "").split())


def test_page_and_pdf_hold_the_same_figures_and_printing_again_changes_nothing(
    of_its_own: Settings, tmp_path: Path
) -> None:
    for name, about in ABOUT.items():
        printed = print_paper(of_its_own, name)
        assert printed.about == about
        assert printed.pdf == of_its_own.home / "reports" / name / about.isoformat() / "report.pdf"
        said = words_of(printed.pdf)
        with published(of_its_own) as marts:
            document = paper(name).write(marts, about)
        assert html(document) == printed.html.read_bytes()
        for sentence in document.summary:
            assert sentence.replace("-", "").replace(" ", "") in said.replace("-", "").replace(
                " ", ""
            )
        again = print_paper(of_its_own, name, about, tmp_path)
        assert again.pdf.read_bytes() == printed.pdf.read_bytes()
        assert again.html.read_bytes() == printed.html.read_bytes()


def test_the_newest_is_latest_and_all_are_listed(of_its_own: Settings) -> None:
    for about in (date(2021, 9, 30), date(2021, 6, 30)):
        print_paper(of_its_own, "refugees", about)
    root = of_its_own.home / "reports"
    assert (root / "refugees" / "latest").resolve().name == "2021-09-30"
    page = write_index(of_its_own).read_text(encoding="utf-8")
    assert page.index("refugees/2021-09-30/report.pdf") < page.index("refugees/2021-06-30/report")
    assert "Beispieldaten der Auslieferung" in page


def test_a_paper_on_sample_files_says_so_while_sources_are_live(
    of_its_own: Settings, tmp_path: Path
) -> None:
    live = of_its_own.model_copy(update={"sources": "live"})
    printed = print_paper(live, "refugees", date(2021, 9, 30), tmp_path)
    assert "Beispieldaten der Auslieferung, teils erfunden" in printed.html.read_text("utf-8")


def test_a_paper_on_files_of_both_kinds_names_the_sources_that_are_not_official(
    of_its_own: Settings, tmp_path: Path
) -> None:
    """As if the register's files and the authority's came from declared folders."""
    manifest = versions.current(of_its_own) / "public" / versions.MANIFEST
    before = manifest.read_text("utf-8")
    said = json.loads(before)
    mixed = {**said["figure_origins"], "azr": ["official"], "wtg": ["unknown"]}
    manifest.write_text(json.dumps({**said, "figure_origins": mixed}), "utf-8")
    try:
        printed = print_paper(of_its_own, "refugees", date(2021, 9, 30), tmp_path)
    finally:
        manifest.write_text(before, "utf-8")
    page = printed.html.read_text("utf-8")
    assert "Teils Beispieldaten, teils erfunden (BAMF, " in page
    assert "Herkunft von Dateien nicht bestätigt (WTG-Behörde): nicht für Beschlüsse." in page
    assert "AZR" not in page.partition('class="sample"')[2].partition("</p>")[0]


def test_a_date_without_figures_names_those_with(of_its_own: Settings) -> None:
    with pytest.raises(NoSuchDate, match=r"nothing about 2018-09-30\. There is: .*2018-08-31"):
        print_paper(of_its_own, "refugees", date(2018, 9, 30))


def test_as_of_today_is_what_is_published(of_its_own: Settings, tmp_path: Path) -> None:
    """A paper from the marts as of a day, beside the one from the marts that are current.

    The build as of the day is a copy of the nightly one: that the two hold the same is what
    ``test_versions_in_time`` sees.
    """
    then = settings_as_of(of_its_own, AsOf.parse(datetime.now(HERE).date().isoformat()))
    shutil.copytree(of_its_own.warehouse, then.warehouse, ignore=shutil.ignore_patterns("as_of"))
    assert keep(then, target(then)) is not None
    publish(then, "as_of")
    now = print_paper(of_its_own, "wtg", to=tmp_path)
    printed = print_paper(then, "wtg")
    assert printed.pdf.is_relative_to(of_its_own.home / "reports" / "as_of")
    assert printed.pdf.is_relative_to(folder_of(then))
    assert printed.pdf.read_bytes() == now.pdf.read_bytes()


def kreishaus(installation: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:

    return subprocess.run(
        [KREISHAUS, "report", *arguments],
        env={**os.environ, "KREISHAUS_HOME": str(installation.home)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_line(of_its_own: Settings, tmp_path: Path) -> None:
    printed = kreishaus(of_its_own, "wtg", "--date", "2019-12-31", "--to", str(tmp_path))
    assert printed.returncode == 0, printed.stderr
    assert printed.stdout.split() == [str(tmp_path / "report.html"), str(tmp_path / "report.pdf")]
    listed = kreishaus(of_its_own, "--list")
    assert "wtg: 2020-12-31, 2019-12-31" in listed.stdout
    for arguments, status, told in (
        (("wtg", "--date", "2011-12-31"), 1, "There is: 2020-12-31, 2019-12-31"),
        (("wtg", "--date", "yesterday"), 2, "no day such as"),
        (("nobody",), 1, "there are refugees, demand, wtg"),
        (("wtg", "--as-of", "2021-11-30"), 1, "kreishaus build --as-of 2021-11-30"),
    ):
        failed = kreishaus(of_its_own, *arguments)
        assert (failed.returncode, told in failed.stderr) == (status, True), failed.stderr
