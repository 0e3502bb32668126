"""The county's part of the refugee report: stock, comparisons, structure, municipalities."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from matplotlib.figure import Figure as Drawing

from kreishaus.labels.formats import day, listed, percent
from reports import charts, phrasing
from reports.document import (
    Block,
    Bullets,
    Callout,
    Column,
    Figure,
    Line,
    Paragraph,
    Section,
    Table,
)
from reports.marts import Marts, Row
from reports.papers.parts import Place, missing, origin, rounding
from reports.phrasing import (
    CHANGE,
    PERSONS,
    POSITIONS,
    change_cell,
    compared,
    counted,
    short_name,
    true_date,
    value,
)
from reports.plots.sheet import BLACK, BLUE, GREEN, ORANGE, german_axis

GROUPS = {"recognised": BLUE, "pending": ORANGE, "tolerated": GREEN, "total": BLACK}
WITH_FAMILY = (*GROUPS, "family")
COMPARISONS = {
    "previous": "dem vorigen Stichtag",
    "year_before": "dem Stichtag ein Jahr zuvor",
    "two_years_before": "dem Stichtag zwei Jahre zuvor",
    "first": "dem ersten Stichtag der Reihe",
}
SERIES = ("azr/series", "azr/crosstable")
METHOD_COMPARED = (
    "Differenz wahrer Stichtage (docs/methods_refugees.md, „Comparisons of the register“)"
)
METHOD_AS_COUNTED = "wie vom Register gezählt"

STATUS = """
    select * from refugees_by_status where region_code = $kreis and reference_date <= $until
    order by reference_date
"""
COMPARED = """
    select * from refugees_comparison
    where region_code = $kreis and reference_date = $until and margin = 'total'
"""
BREAKS = """
    select distinct reference_date, compared_reference_date, break_label from refugees_comparison
    where region_code = $kreis and reference_date <= $until and comparison_code = 'previous'
        and margin = 'total' and status_code = 'total' and break_flag
    order by reference_date
"""
CROSSTABLE = """
    select crosstable.*, statuses.parent_code from refugees_crosstable as crosstable
    left join dim_residence_status as statuses on crosstable.status_code = statuses.status_code
    where crosstable.region_code = $kreis and crosstable.reference_date = $until
    order by crosstable.line_number, crosstable.sort_order
"""
MUNICIPALITIES = """
    select * from foreigners_by_municipality
    where reference_date = (
        select max(reference_date) from foreigners_by_municipality where reference_date <= $until
    )
    order by region_code
"""
ALLOCATION = """
    select * from case_management_allocation where reference_date = $day order by region_code
"""


@dataclass(frozen=True)
class Stock:
    """The register's figures up to a date: all rows, and those of the date by group."""

    series: list[Row]
    compared: list[Row]
    until: date

    @property
    def now(self) -> dict[str, Row]:
        return {
            row["status_group_code"]: row
            for row in self.series
            if row["reference_date"] == self.until
        }

    @property
    def total(self) -> int | None:
        persons: int | None = self.now["total"]["persons"] if "total" in self.now else None
        return persons

    def comparison(self, group: str, code: str) -> Row | None:
        """The row of one comparison of one group; None for the first date with itself."""
        for row in self.compared:
            if row["status_code"] == group and row["comparison_code"] == code:
                return None if row["compared_reference_date"] == self.until else row
        return None


def stock(marts: Marts, until: date) -> Stock:
    """Raises ``NoData`` where the register has nothing up to the date."""
    asked = {"until": until}
    return Stock(
        marts.some_rows("refugees_by_status", STATUS, asked),
        marts.rows("refugees_comparison", COMPARED, asked),
        until,
    )


def than(row: Row) -> str:
    """What a row is compared with, in the dative, with its true date."""
    phrase = COMPARISONS[row["comparison_code"]]
    if row["compared_reference_date"] is None:
        return phrase
    return f"{phrase} {true_date(row['compared_reference_date'], row['compared_stands_for_date'])}"


def comparison_sentence(row: Row) -> str:
    """One comparison; a break of the series between the two dates is said with it."""
    sentence = compared(than(row), row["persons"], row["compared_persons"], PERSONS)
    if not row.get("break_flag"):
        return sentence
    words = [sentence, f"Dazwischen liegt ein Bruch der Reihe ({row['break_label']})."]
    without = row.get("persons_without_section_24"), row.get("compared_persons_without_section_24")
    if None not in without and without != (row["persons"], row["compared_persons"]):
        change = phrasing.difference(*without) or 0
        words.append(
            "Ohne Personen mit einem Titel nach § 24 AufenthG ist die Zahl "
            + (
                "unverändert."
                if change == 0
                else f"um {counted(abs(change), PERSONS)} "
                f"{'gestiegen' if change > 0 else 'gesunken'}."
            )
        )
    return " ".join(words)


def summary(held: Stock, place: Place) -> list[str]:
    """The sentences of the register for readers of one page."""
    found = [
        f"Am {day(held.until)} waren {place.here} {counted(held.total, PERSONS)} mit "
        "Fluchthintergrund im Ausländerzentralregister gespeichert."
    ]
    for code in ("previous", "year_before"):
        row = held.comparison("total", code)
        if row:
            found.append(comparison_sentence(row))
    return found


def stock_section(held: Stock, place: Place) -> Section:
    """Total and groups on the date, each compared with the four earlier dates."""
    rows = [held.comparison("total", code) for code in COMPARISONS]
    told = [comparison_sentence(row) for row in rows if row]
    blocks: list[Block] = [
        Paragraph(
            f"Am {day(held.until)} waren {place.here} {counted(held.total, PERSONS)} mit "
            "Fluchthintergrund im Ausländerzentralregister gespeichert: anerkannte Flüchtlinge, "
            "Flüchtlinge im Verfahren und Geduldete."
        ),
        Bullets(tuple(told)),
        *_why_rounded([*held.series, *held.compared]),
        _groups_table(held),
        Paragraph("Nach Gruppen:"),
        Bullets(tuple(_group_sentence(held, code) for code in WITH_FAMILY if code != "total")),
    ]
    return Section(f"Bestand am {day(held.until)}", tuple(blocks))


def _why_rounded(rows: list[Row]) -> list[Block]:
    if not rounding(rows):
        return []
    base = max(row["rounded_to"] for row in rows if row.get("rounded_to"))
    return [
        Callout(
            f"Warum die Zahlen auf {base} gerundet sind",
            (
                "Kleine Zahlen könnten einzelne Menschen erkennbar machen, auch über Differenzen "
                f"zwischen Tabellen. Deshalb ist jede Personenzahl des Registers auf ein "
                f"Vielfaches von {base} gerundet, jede Zelle und jede Summe für sich, dieselbe "
                "Zelle immer gleich.",
                "Verglichen werden die gerundeten Zahlen; auch die Differenzen und Anteile sind "
                f"aus ihnen gerechnet. Eine Differenz kann deshalb um bis zu {base - 1} von der "
                "genauen abweichen, und die Gruppen ergeben zusammen nicht immer die Gesamtzahl. "
                f"Prozente stehen erst ab {phrasing.LEAST_FOR_PERCENT} Personen.",
            ),
        )
    ]


def _group_sentence(held: Stock, code: str) -> str:
    row = held.now.get(code)
    if row is None:
        return f"Gruppe „{code}“: {phrasing.MISSING}."
    persons = row["persons"]
    parts = [f"{row['status_group_label']}: {counted(persons, PERSONS)}"]
    if code != "family" and persons is not None and held.total:
        parts[0] += f", {percent(persons / held.total, 1)} von allen"
    if code == "family":
        parts[0] += ", neben der Gesamtzahl"
    sentences = [f"{parts[0]}."]
    for comparison in ("previous", "year_before"):
        found = held.comparison(code, comparison)
        if found:
            sentences.append(comparison_sentence(found))
    return " ".join(sentences)


def _groups_table(held: Stock) -> Table:
    asked = [code for code in COMPARISONS if held.comparison("total", code)]
    columns = [Column("Gruppe", numeric=False), Column(day(held.until))]
    for code in asked:
        row = held.comparison("total", code)
        at = row["compared_reference_date"] if row else None
        columns += [Column(day(at) if at else phrasing.NO_VALUE), Column(CHANGE)]
    lines = []
    for group in WITH_FAMILY:
        now = held.now.get(group)
        if now is None:
            continue
        cells = [_short(now["status_group_label"]), value(now["persons"])]
        for code in asked:
            row = held.comparison(group, code)
            before = row["compared_persons"] if row else None
            cells += [value(before), change_cell(now["persons"], before)]
        lines.append(Line(tuple(cells), "total" if group == "total" else "plain"))
    return Table(
        f"Personen mit Fluchthintergrund nach Gruppen am {day(held.until)} und früher",
        tuple(columns),
        tuple(lines),
        (
            "Aufenthaltstitel aus familiären Gründen (ausgewählte Staaten) zählen nicht zur "
            "Gesamtzahl.",
        ),
        origin(
            [*held.now.values(), *held.compared],
            f"Stichtage {day(held.until)} und wie über den Spalten",
            SERIES,
            METHOD_COMPARED,
            "refugees_by_status",
            "refugees_comparison",
        ),
    )


def series_section(marts: Marts, held: Stock) -> Section:
    """All dates, as a picture and as a table."""
    breaks = marts.rows("refugees_comparison", BREAKS, {"until": held.until})
    dates = sorted({row["reference_date"] for row in held.series})
    labels = {row["status_group_code"]: row["status_group_label"] for row in held.series}
    by_date = {(row["reference_date"], row["status_group_code"]): row for row in held.series}

    def persons(at: date, group: str) -> int | None:
        row = by_date.get((at, group))
        return row["persons"] if row else None

    def draw(drawing: Drawing) -> None:
        axes = drawing.subplots()
        top = max((row["persons"] or 0 for row in held.series), default=1)
        ends = []
        for group, colour in GROUPS.items():
            heights = [persons(at, group) for at in dates]
            known = [height for height in heights if height is not None]
            axes.plot(
                dates,
                [float("nan") if height is None else height for height in heights],
                "o-",
                color=colour,
                markersize=3,
                gid=f"series-{group}",
            )
            if known:
                ends.append((_short(labels.get(group, group)), float(known[-1]), colour))
        for one in breaks:
            charts.mark_break(
                axes, one["compared_reference_date"], one["reference_date"], one["break_label"]
            )
        charts.label_ends(axes, dates[-1], ends, top / 18)
        axes.set_ylim(bottom=0)
        axes.set_ylabel("Personen")
        axes.grid(axis="y")
        german_axis(axes, "y")
        charts.date_axis(axes)

    told = "; ".join(
        f"{labels[group]} {value(persons(dates[0], group))} am {day(dates[0])}, "
        f"{value(persons(dates[-1], group))} am {day(dates[-1])}"
        for group in GROUPS
        if group in labels
    )
    caption = f"Personen mit Fluchthintergrund, {day(dates[0])} bis {day(dates[-1])}"
    about = f"{len(dates)} Stichtage, {day(dates[0])} bis {day(dates[-1])}"
    others = [
        true_date(row["reference_date"], row["stands_for_date"])
        for row in held.series
        if row["status_group_code"] == "total"
        and row["stands_for_date"] is not None
        and row["stands_for_date"] != row["reference_date"]
    ]
    notes = [f"Wahrer Stichtag: {listed(others)}."] if others else []
    notes += [
        f"Bruch der Reihe zwischen {day(one['compared_reference_date'])} und "
        f"{day(one['reference_date'])}: {one['break_label']}."
        for one in breaks
    ]
    figures = origin(
        held.series, about, SERIES, "wahre Stichtage, keiner ergänzt", "refugees_by_status"
    )
    table = Table(
        "Personen mit Fluchthintergrund an allen Stichtagen",
        (
            Column("Stichtag", numeric=False),
            *(Column(_short(labels[group])) for group in WITH_FAMILY if group in labels),
        ),
        tuple(
            Line(
                (
                    day(at),
                    *(value(persons(at, group)) for group in WITH_FAMILY if group in labels),
                )
            )
            for at in reversed(dates)
        ),
        tuple(notes),
        figures,
    )
    picture = Figure(
        caption,
        charts.chart(3.1, caption, f"Liniendiagramm. {told}.", draw),
        f"Liniendiagramm. {told}.",
        None,
        tuple(notes),
        figures,
    )
    total = [persons(at, "total") for at in dates]
    known = [(amount, at) for amount, at in zip(total, dates, strict=True) if amount is not None]
    sentences: tuple[Block, ...] = ()
    if known:
        high, low = max(known), min(known)
        sentences = (
            Paragraph(
                f"Seit dem {day(dates[0])} lag die Gesamtzahl am höchsten am {day(high[1])} "
                f"({value(high[0])}) und am niedrigsten am {day(low[1])} ({value(low[0])})."
            ),
        )
    return Section("Entwicklung", (*sentences, picture, table))


def _short(label: str) -> str:
    """The label of a group without what stands in brackets, for narrow columns."""
    short = label.split(" (")[0].replace("Personen mit Flüchtlingshintergrund ", "")
    return f"{short[:1].upper()}{short[1:]}"


def structure_section(marts: Marts, held: Stock) -> Section:
    """The cross table of the date, by sex and by age."""
    title = "Status, Geschlecht und Alter"
    rows = marts.rows("refugees_crosstable", CROSSTABLE, {"until": held.until})
    if not rows:
        return Section(title, (missing(f"Eine Kreuztabelle zum {day(held.until)}"),))
    cells = {(row["status_code"], row["margin"], row["group_code"]): row["persons"] for row in rows}
    return Section(
        title,
        (
            Paragraph(_structure_sentence(cells)),
            _ages_figure(rows, cells, held.until),
            _cross_table(rows, "sex", "Geschlecht", held.until),
            _cross_table(rows, "age", "Alter in Jahren", held.until),
        ),
    )


Cells = dict[tuple[str, str, str], int | None]


def _structure_sentence(cells: Cells) -> str:
    total = cells.get(("total", "total", "total"))
    words = []
    women, children = cells.get(("total", "sex", "female")), cells.get(("total", "age", "0_15"))
    if total and women is not None:
        words.append(f"{percent(women / total, 1)} der Personen sind weiblich ({value(women)})")
    if total and children is not None:
        words.append(f"{percent(children / total, 1)} sind jünger als 16 Jahre ({value(children)})")
    return f"{listed(words)}." if words else f"Eine Gliederung {phrasing.MISSING}."


def _cross_table(rows: list[Row], margin: str, what: str, at: date) -> Table:
    groups = {
        row["group_code"]: row["group_label"]
        for row in rows
        if row["margin"] == margin and row["group_code"] != "not_stated"
    }
    unstated = [
        row for row in rows if row["margin"] == margin and row["group_code"] == "not_stated"
    ]
    any_unstated = any(row["persons"] for row in unstated)
    unstated_label = unstated[0]["group_label"] if unstated else "Ohne Angabe"
    if any_unstated:
        groups["not_stated"] = unstated[0]["group_label"]
    persons = {(row["line_number"], row["margin"], row["group_code"]): row for row in rows}
    lines = []
    for line in dict.fromkeys(row["line_number"] for row in rows):
        total = persons[(line, "total", "total")]
        cells = [
            total["status_label"],
            value(total["persons"]),
            *(
                value(found["persons"] if (found := persons.get((line, margin, group))) else None)
                for group in groups
            ),
        ]
        is_group = total["status_code"] in WITH_FAMILY
        lines.append(Line(tuple(cells), "total" if is_group else "part"))
    return Table(
        f"Personen nach Status und {what.split()[0]} am {day(at)}",
        (
            Column("Status", numeric=False),
            Column("Gesamt"),
            *(Column(label) for label in groups.values()),
        ),
        tuple(lines),
        (
            "Titel, die zu „Anerkannte Flüchtlinge“ zählen, stehen über deren Summe."
            + ("" if any_unstated else f" {unstated_label}: niemand."),
        ),
        origin(rows, f"Stichtag {day(at)}", SERIES[1:], METHOD_AS_COUNTED, "refugees_crosstable"),
    )


def _ages_figure(rows: list[Row], cells: Cells, at: date) -> Figure:
    ages = {
        row["group_code"]: row["group_label"]
        for row in rows
        if row["margin"] == "age" and row["group_code"] != "not_stated"
    }
    labels = {row["status_code"]: row["status_label"] for row in rows}
    groups = [group for group in GROUPS if group != "total" and group in labels]

    def draw(drawing: Drawing) -> None:
        axes = drawing.subplots()
        below = [0.0] * len(ages)
        for group in groups:
            heights = [float(cells.get((group, "age", age)) or 0) for age in ages]
            axes.bar(
                range(len(ages)),
                heights,
                bottom=below,
                width=0.75,
                color=GROUPS[group],
                label=_short(labels[group]),
            )
            below = [low + height for low, height in zip(below, heights, strict=True)]
        for place, age in enumerate(ages):
            axes.annotate(
                value(cells.get(("total", "age", age))),
                (place, below[place]),
                xytext=(0, 2),
                textcoords="offset points",
                ha="center",
                size=6.5,
            )
        axes.set_xticks(
            range(len(ages)), [label.replace(" bis unter ", "–") for label in ages.values()]
        )
        axes.set_xlabel("Alter in Jahren („16–18“: 16 bis unter 18); über den Säulen: alle Gruppen")
        axes.set_ylabel("Personen")
        axes.grid(axis="y")
        axes.set_axisbelow(True)
        axes.legend(loc="upper right")
        german_axis(axes, "y")

    caption = f"Personen mit Fluchthintergrund nach Alter und Gruppe am {day(at)}"
    told = ", ".join(
        f"{label}: {value(cells.get(('total', 'age', age)))}" for age, label in ages.items()
    )
    alt = f"Gestapelte Säulen nach Alter. Alle Gruppen zusammen: {told}."
    figures = origin(
        rows, f"Stichtag {day(at)}", SERIES[1:], METHOD_AS_COUNTED, "refugees_crosstable"
    )
    return Figure(caption, charts.chart(2.7, caption, alt, draw), alt, None, (), figures)


def _halves(row: Row) -> Decimal | None:
    found: Decimal | None = row.get("positions_by_halves_fte")
    return found


def municipality_section(marts: Marts, until: date) -> list[Section]:
    """Foreigners by municipality and the positions of case management that follow from them.

    Nothing for a city, which has no municipalities.
    """
    title, words = "Ausländische Bevölkerung nach Gemeinden, Case Management", marts.words
    rows = marts.rows("foreigners_by_municipality", MUNICIPALITIES, {"until": until})
    if not rows:
        nothing = Section(title, (missing("Eine Zählung nach Gemeinden"),))
        return [nothing] if words.has_municipalities else []
    at = rows[0]["reference_date"]
    granted = {
        row["region_code"]: row
        for row in marts.rows("case_management_allocation", ALLOCATION, {"day": at})
        if row.get("granted_positions_fte") is not None
    }
    # Positions follow from exact numbers: everybody's marts do not have them.
    given = {code: row for code, row in granted.items() if _halves(row) is not None}
    total = rows[0]["county_persons"]
    columns = [
        Column("Gemeinde", numeric=False),
        Column("Ausländer"),
        Column(f"Anteil {words.am_kreis}"),
    ]
    whole = [words.kreis, value(total), "100,0 %"]
    if given:
        columns += [Column("Stellen, halbe"), Column("Stellen, ganze")]
        grant = next(iter(given.values()))["granted_positions_fte"]
        whole += [value(grant, 1), value(grant, 0)]
    lines = []
    for row in rows:
        part = row["persons"] / total if row["persons"] is not None and total else None
        cells = [short_name(row["region_name"]), value(row["persons"]), phrasing.share(part)]
        if given:
            own = given.get(row["region_code"], {})
            cells += [value(_halves(own), 1), value(own.get("positions_whole_fte"), 0)]
        lines.append(Line(tuple(cells)))
    lines.append(Line(tuple(whole), "total"))
    sentences = [
        f"Am {day(at)}, dem jüngsten Stichtag der Zählung nach Gemeinden, waren {words.im_kreis} "
        f"{counted(total, PERSONS)} ohne deutsche Staatsangehörigkeit gemeldet."
    ]
    if granted:
        grant = next(iter(granted.values()))["granted_positions_fte"]
        sentences.append(
            f"Für das Case Management {'ist' if grant == 1 else 'sind'} "
            f"{counted(grant, POSITIONS)} bewilligt; sie verteilen sich nach den genauen Anteilen "
            "der Gemeinden."
        )
    else:
        sentences.append("Für diesen Stichtag ist keine Bewilligung von Stellen hinterlegt.")
    if granted and not given:
        sentences.append(
            "Die Stellen je Gemeinde ließen auf die genauen Zahlen schließen und stehen deshalb "
            "nicht in dieser Fassung."
        )
    told = Section(
        title,
        (
            Paragraph(" ".join(sentences)),
            Table(
                f"Ausländer nach Gemeinden am {day(at)}"
                + (" und Stellen des Case Managements" if given else ""),
                tuple(columns),
                tuple(lines),
                (),
                origin(
                    [*rows, *given.values()],
                    f"Stichtag {day(at)}",
                    ("azr/municipalities",),
                    "Anteil an der gedruckten Gesamtsumme; Stellen nach größten Resten "
                    "(docs/methods_refugees.md, „Case management“)",
                    "foreigners_by_municipality",
                    *(("case_management_allocation",) if given else ()),
                ),
            ),
        ),
    )
    return [told]
