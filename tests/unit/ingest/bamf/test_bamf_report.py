"""The Asylgeschäftsbericht: its table counts from January, its sentences speak of the month."""

import io
import os
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pandas as pd
import pdfplumber
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.runner import Validation, validate
from ingest.bamf.report import parse
from ingest.bamf.tables import REPORT, REPORT_MEASURES
from kreishaus.datasets import dataset
from kreishaus.model import Batch, Finding, Origin, UnreadableFile
from kreishaus.store.staging import typed
from pipeline.freshness import freshness
from sample import bamf, bamf_report
from sample.bamf_report_pdf import ReportRow, render

REAL_FILES = Path(
    os.environ.get("KREISHAUS_REAL_FILES", Path(__file__).parents[5] / "shared" / "real")
)
NOW = datetime(2016, 6, 1, tzinfo=UTC)
MONTH, YEAR = "month", "year_to_date"

STATED = """
2016-01 month: 50532 1571 49384 46843 2541 64.0 31623 345126 26628 371754  6259
2016-02 month: 66127 1670 51528 48271 3257 66.1 34073 368032 25123 393155 10810
2016-03 month: 58315 1660 49303 45313 3990 59.0 29091 386190 22923 409113 13580
2016-04 month: 59680 1263 44395 40720 3675 58.5 25949 411337 20656 431993 19063
"""
"""Read by eye in BAMF's own PDFs, pages 2 to 9."""
MEASURES_STATED = (
    *("applications_first", "applications_follow_up"),
    *("decisions_total", "decisions_first", "decisions_follow_up"),
    *("protection_percent", "decisions_positive"),
    *("pending_first", "pending_follow_up", "pending_total", "hearings"),
)
STATED_SO_FAR = {
    "2016-02": (117392, 3250, 120642, 100977, 65.1, 65690),
    "2016-03": (176465, 4940, 181405, 150233, 63.1, 94782),
    "2016-04": (240126, 6267, 246393, 194532, 62.1, 120739),
}
"""The same, from January to the month: first, follow-up, all applications, decisions, rate."""
MEASURES_SO_FAR = (
    *("applications_first", "applications_follow_up", "applications_total"),
    *("decisions_total", "protection_percent", "decisions_positive"),
)


def origin(label: str = "2016-02") -> Origin:
    return Origin("bamf", "report", "0" * 64, label, "report.pdf", NOW)


@cache
def february() -> bytes:
    return bamf_report.pdf(bamf_report.reports()[1])


def february_with(*exchanges: tuple[str, str]) -> bytes:
    """The report of February 2016 with other words printed in it."""
    content = february()
    for printed, instead in exchanges:
        old, new = in_pdf(printed), in_pdf(instead)
        assert old in content
        content = content.replace(old, new)
    return content


def in_pdf(text: str) -> bytes:
    """Text as it stands in a page stream: other letters than ASCII are octal numbers there."""
    codes = text.encode("cp1252")
    return b"".join(b"%c" % code if code < 128 else b"\\%03o" % code for code in codes)


def february_of(rows: list[ReportRow]) -> bytes:
    report = bamf_report.reports()[1]
    return render(report.month, rows, report.figures)


def faults(content: bytes) -> list[Finding]:
    with pytest.raises(UnreadableFile) as raised:
        parse(content, origin())
    return [f for f in raised.value.findings if f.severity == "critical"]


def judged(content: bytes) -> Validation:
    return validate(dataset("bamf/report"), parse(content, origin()))


def critical(validation: Validation) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in validation.findings:
        if finding.severity == "critical":
            found.setdefault(finding.rule, []).append(finding)
    return found


def stated(batch: Batch, span: str) -> dict[str, float]:
    figures = batch.tables["figures"]
    own = figures[figures["span"] == span]
    return dict(zip(own["measure"], own["stated_value"], strict=True))


@cache
def real_batch(month: str) -> Batch:
    return parse(real_file(month), origin(month))


def real_file(month: str) -> bytes:
    path = REAL_FILES / "bamf" / "pdf" / f"{month.replace('-', '')}.pdf"
    if not path.exists():
        pytest.skip(f"no real files under {REAL_FILES}: set KREISHAUS_REAL_FILES")
    return path.read_bytes()


class TestWhatCannotBeRead:
    def test_the_hkl_table_handed_in_as_report(self) -> None:
        (found,) = faults(bamf.pdf(bamf.figures()[0]))
        assert found.rule == "other_report"
        assert "which is dataset bamf/hkl" in found.message

    def test_something_else(self) -> None:
        (found,) = faults(february_with(("Asylgeschäftsstatistik", "Integrationskurse")))
        assert (found.rule, found.expected) == (
            "other_report", "Asylgeschäftsstatistik für den Monat <Monat> <Jahr>",
        )  # fmt: skip

    def test_titles_of_two_months(self) -> None:
        found = faults(february_with(("den Monat Februar 2016", "den Monat März 2016")))
        assert (found[0].rule, found[0].found) == ("reference_month", "Februar 2016, März 2016")

    def test_a_month_nobody_knows(self) -> None:
        found = faults(february_with(("(Februar 2016)", "(Frimaire 2016)")))
        assert found[0].rule == "reference_month"

    def test_a_page_that_got_lost(self) -> None:
        document = pypdfium2.PdfDocument(february())
        document.del_page(2)
        (found,) = faults(saved(document))
        assert (found.rule, found.expected, found.found) == (
            "page_missing", "Seite 2 von 6", "Seite 2 von 7",
        )  # fmt: skip

    def test_the_table_is_not_there(self) -> None:
        assert faults(february_with(("ASYLANTRÄGE", "ANTRÄGE")))[0].rule == "table_missing"

    def test_a_head_nobody_knows(self) -> None:
        (found,) = faults(february_with(("(Ablehnungen)", "(Erteilungen)")))
        assert (found.rule, found.column, found.place) == ("column_missing", "10", "2")
        assert "'ablehnungen' stands over no column" in found.message
        assert "docs/sources/bamf.md" in found.message

    def test_two_columns_exchanged(self) -> None:
        exchanged = [("(subsidiärer)", "(X)"), ("(Abschiebungs-)", "(subsidiärer)")]
        found = faults(february_with(*exchanged, ("(X)", "(Abschiebungs-)")))
        assert [(f.rule, f.column) for f in found] == [("column_moved", "7"), ("column_moved", "8")]
        assert "stands over column 8" in found[0].message

    def test_a_column_less(self) -> None:
        rows = [
            replace(row, cells=(*row.cells[:9], "", *row.cells[10:]))
            for row in bamf_report.reports()[1].rows
        ]
        (found,) = faults(february_of(rows))
        assert found.rule == "column_missing"
        assert "10 columns instead of 11" in found.message

    def test_a_number_that_is_none(self) -> None:
        (found,) = faults(february_with(("(60.993) Tj", "(60,993) Tj")))
        assert (found.rule, found.place, found.row, found.column, found.found) == (
            *("number", "2", "1 (Syrien, Arabische Republik)"),
            *("applications_total", "60,993"),
        )

    def test_a_number_out_of_its_column(self) -> None:
        found = faults(february_with(("(8.531) Tj", "(          8.531) Tj")))
        assert {f.rule for f in found} == {"shifted_cell", "empty_cell"}

    def test_a_row_that_got_lost(self) -> None:
        rows = [row for row in bamf_report.reports()[1].rows if row.rank != "7"]
        (found,) = faults(february_of(rows))
        assert found.rule == "row_missing"
        assert "7 is missing" in found.message

    def test_a_table_without_its_total(self) -> None:
        (found,) = faults(february_of(list(bamf_report.reports()[1].rows[:-1])))
        assert (found.rule, found.row) == ("row_missing", "Herkunftsländer gesamt")

    def test_two_sentences_that_contradict_each_other(self) -> None:
        (found,) = faults(february_with(("von393.155", "von393.156")))
        assert (found.rule, found.place, found.column) == (
            "figures_contradict", "6", "pending_total",
        )  # fmt: skip
        assert (found.expected, found.found) == ("393,155", "393,156")


class TestWhatIsOnlyWarned:
    def test_a_sentence_worded_anew_leaves_its_figure_out(self) -> None:
        """Never a guess: the figure is not there, and the finding shows the new words."""
        batch = parse(
            february_with(("lag die Gesamtschutz-", "betrug die Gesamtschutz-")), origin()
        )
        assert "protection_percent" not in stated(batch, MONTH)
        (finding,) = batch.findings
        assert (finding.rule, finding.severity, finding.column) == (
            "figure_not_found", "warning", "protection_percent",
        )  # fmt: skip
        assert "docs/sources/bamf.md" in finding.message
        assert "Gesamtschutzquote für alle HKL" in (finding.found or "")

    def test_a_label_lost_in_a_merged_cell(self) -> None:
        batch = parse(february_with(("(Herkunftsländer gesamt) Tj", "() Tj")), origin())
        assert [f.rule for f in batch.findings] == ["label_lost"]
        rows = batch.tables["rows"]
        total = rows[rows["row_kind"] == "total"]
        assert total["row_label"].unique().tolist() == ["Herkunftsländer gesamt"]
        assert total["value"].iloc[0] == 120642

    def test_a_country_nobody_knows_is_kept_without_a_key(self) -> None:
        batch = parse(february_with(("(Albanien) Tj", "(Atlantis) Tj")), origin())
        assert [(f.rule, f.found) for f in batch.findings] == [("country_name", "Atlantis")]
        rows = batch.tables["rows"]
        assert rows.loc[rows["row_label"] == "Atlantis", "ls_code"].isna().all()


def of_month(month: int, *exchanges: tuple[str, str]) -> bytes:
    """The figures of February 2016 in a report of another month, worded otherwise."""
    report = bamf_report.reports()[1]
    content = render(date(2016, month, 1), report.rows, report.figures)
    for printed, instead in exchanges:
        old, new = in_pdf(printed), in_pdf(instead)
        assert old in content
        content = content.replace(old, new)
    return content


def next_year(month: int) -> Origin:
    return replace(origin(f"2016-{month:02d}"), retrieved_at=datetime(2017, 1, 20, tzinfo=UTC))


def rules_of(content: bytes, month: int) -> set[str]:
    with pytest.raises(UnreadableFile) as raised:
        parse(content, next_year(month))
    return {one.rule for one in raised.value.findings if one.severity == "critical"}


HALF_YEAR = (
    ("bisherigen Berichtsjahr", "ersten Halbjahr"),
    ("bisherigen Jahr", "ersten Halbjahr"),
    ("das bisherige", "das erste"),
    ("Berichtsjahr bei", "Halbjahr bei"),
)
WHOLE_YEAR = (
    ("bisherigen Berichtsjahr", "Jahr"),
    ("bisherigen Jahr entschieden", "Jahr 2016 entschieden"),
    ("bisherigen Jahr", "Jahr"),
    ("das bisherige", "das"),
    ("Berichtsjahr bei", "Jahr 2016 bei"),
)


class TestHalvesAndYears:
    """The time since January is worded otherwise in June and December."""

    @pytest.mark.parametrize("month", [5, 9, 12])
    def test_the_first_half_is_another_time_in_any_other_month(self, month: int) -> None:
        """Read as the time since January, the table would be compared with other months."""
        batch = parse(of_month(month, *HALF_YEAR), next_year(month))
        assert stated(batch, YEAR) == {"applications_total": 120642}  # "im Jahr 2016"
        assert {one.rule for one in batch.findings} >= {"figure_not_found"}

    def test_a_title_of_the_second_half(self) -> None:
        title = (
            "Asylgeschäftsstatistik für den Monat Dezember",
            "Asylgeschäftsstatistik für das zweite Halbjahr",
        )
        assert rules_of(of_month(12, title), 12) == {"reference_month"}

    def test_a_title_of_the_year_over_sentences_of_another_month(self) -> None:
        """The year ends in December, and no sentence speaks of December."""
        exchanges = (("für den Monat März", "für das Jahr"), ("(für den Monat)", "(für das Jahr)"))
        content = of_month(3, *exchanges, ("(März 2016)", "(2016)"))
        assert "reference_month" in rules_of(content, 12)

    @pytest.mark.parametrize(("month", "exchanges"), [(6, HALF_YEAR), (12, WHOLE_YEAR)])
    def test_they_are_the_time_since_january(
        self, month: int, exchanges: tuple[tuple[str, str], ...]
    ) -> None:
        batch = parse(of_month(month, *exchanges), next_year(month))
        assert (batch.period, batch.findings) == (f"2016-{month:02d}", ())
        assert stated(batch, YEAR) == stated(parse(february(), origin()), YEAR)
        assert stated(batch, YEAR)["applications_first"] == 117392
        assert validate(dataset("bamf/report"), batch).passed

    @pytest.mark.parametrize(
        ("month", "instead"), [(6, "für das erste Halbjahr"), (12, "für das Jahr")]
    )
    def test_a_title_of_a_half_or_a_year_is_that_of_its_last_month(
        self, month: int, instead: str
    ) -> None:
        name = {6: "Juni", 12: "Dezember"}[month]
        content = of_month(
            month,
            (f"für den Monat {name}", instead),
            ("für den Monat", instead),
            (f"({name} 2016)", "(2016)"),
        )
        assert parse(content, next_year(month)).period == f"2016-{month:02d}"


def written_otherwise(content: bytes, thousands: bytes, nothing: bytes) -> bytes:
    """The same text with other signs between thousands and for nothing."""

    def other(text: re.Match[bytes]) -> bytes:
        parted = re.sub(rb"(?<=[0-9])\.(?=[0-9]{3}(?![0-9]))", lambda _: thousands, text[0])
        return parted.replace(b"(-)", b"(" + nothing + b")")

    return re.sub(rb"\((?:\\.|[^()\\])*\) Tj", other, content)


class TestOtherSigns:
    @pytest.mark.parametrize(
        ("thousands", "nothing", "rule"),
        [
            (b",", b"-", "thousands_separator"),
            (b"", b"-", "thousands_separator"),
            (b".", b"/", "zero_sign"),
        ],
    )
    def test_a_sign_that_nobody_knows_is_one_finding(
        self, thousands: bytes, nothing: bytes, rule: str
    ) -> None:
        (found,) = faults(written_otherwise(february(), thousands, nothing))
        assert (found.rule, found.place) == (rule, "2")

    @pytest.mark.parametrize(("thousands", "nothing"), [(b"\\240", b"\\226"), (b" ", b"-")])
    def test_blanks_and_dashes_change_nothing(self, thousands: bytes, nothing: bytes) -> None:
        batch = parse(written_otherwise(february(), thousands, nothing), origin())
        as_usual = parse(february(), origin())
        assert batch.findings == ()
        for name in ("rows", "figures"):
            values = [
                one.tables[name].drop(columns="quote", errors="ignore") for one in (batch, as_usual)
            ]
            pd.testing.assert_frame_equal(*values)

    def test_a_digit_beside_a_count_is_not_of_it(self) -> None:
        """A footnote mark after 66 127: six digits without a blank are no count."""
        content = written_otherwise(february(), b" ", b"-")
        assert b"66 127 Erst" in content
        batch = parse(content.replace(b"66 127 Erst", b"66 1271 Erst"), origin())
        assert "applications_first" not in stated(batch, MONTH)


class TestWhatMustHold:
    def test_a_digit_changed_in_the_table(self) -> None:
        """60,661 + 332 = 60,993 applications from Syria; 60,994 are too many."""
        found = critical(judged(february_with(("(60.993) Tj", "(60.994) Tj"))))
        assert set(found) == {"applications_first_and_follow_up", "countries_sum_to_top_ten"}
        (row,) = found["applications_first_and_follow_up"]
        assert (row.place, row.row) == ("2", "1 (Syrien, Arabische Republik)")
        assert (row.expected, row.found) == ("60,993", "60,994")

    def test_a_rate_that_its_counts_do_not_make(self) -> None:
        """Iraq: 4,236 of 4,867 are 87.04 percent; 87.1 is within a tenth, 87.2 is not."""
        assert judged(february_with(("(87,0%) Tj", "(87,1%) Tj"))).passed
        found = critical(judged(february_with(("(87,0%) Tj", "(87,2%) Tj"))))
        assert set(found) == {"protection_rate_as_printed"}
        (rate,) = found["protection_rate_as_printed"]
        assert (rate.row, rate.found) == ("2 (Irak)", "87.2")
        assert (rate.expected or "").startswith("87.04 (")

    def test_the_sentence_and_the_table_must_agree(self) -> None:
        found = critical(judged(february_with(("wurden 117.392 Erst", "wurden 117.329 Erst"))))
        assert set(found) == {"sentences_agree_with_table"}
        assert found["sentences_agree_with_table"][0].found == "117,329, 117,392"

    def test_a_stated_rate_that_its_counts_do_not_make(self) -> None:
        found = critical(judged(february_with(("bei 66,1 %", "bei 61,6 %"))))
        assert set(found) == {"protection_rate_as_stated"}

    @pytest.mark.parametrize("report", bamf_report.reports(), ids=lambda r: f"{r.month:%Y-%m}")
    def test_the_sample_passes_without_a_word(self, report: bamf_report.ReportOfFigures) -> None:
        validation = validate(
            dataset("bamf/report"), parse(bamf_report.pdf(report), origin(f"{report.month:%Y-%m}"))
        )
        assert (validation.passed, validation.findings) == (True, ())


class TestWhatIsRead:
    def test_the_rows(self) -> None:
        batch = parse(february(), origin())
        rows = batch.tables["rows"]
        assert (batch.period, len(rows), batch.findings) == ("2016-02", 12 * 11, ())
        assert set(rows["span"]) == {YEAR}
        keys = rows.drop_duplicates("row_label").set_index("row_label")["ls_code"]
        assert keys["Syrien, Arabische Republik"] == "475"
        assert keys["Ungeklärt"] == "998"
        assert keys[["Summe Top 10", "Herkunftsländer gesamt"]].isna().all()
        dash = rows[(rows["row_label"] == "Serbien") & (rows["measure"] == "decisions_subsidiary")]
        assert (dash["value"].isna().item(), dash["marker"].item()) == (True, "-")

    @pytest.mark.parametrize("line", STATED.strip().splitlines(), ids=lambda line: line[:7])
    def test_the_figures_of_the_month(self, line: str) -> None:
        month = line[:7]
        check_stated(line, parse(bamf_report.pdf(report_of(month)), origin(month)))

    def test_quotes_say_where_a_figure_comes_from(self) -> None:
        figures = parse(february(), origin()).tables["figures"].set_index(["span", "measure"])
        rate = figures.loc[(MONTH, "protection_percent")]
        assert rate["quote"] == (
            "Im Monat Februar lag die Gesamtschutzquote für alle HKL bei 66,1 % "
            "(34.073 positive Entscheidungen von insgesamt 51.528)"
        )
        assert (rate["unit"], rate["source_place"]) == ("percent", "5")

    def test_a_rate_without_its_counts_is_read_too(self) -> None:
        """As in June 2016: "... für alle HKL bei 61,3 %"."""
        counts = r" \(34.073 positive Entscheidungen von insgesamt 51.528\)"
        content = february_with((f"bei 66,1 %{counts}", "bei 61,3 %"))
        assert stated(parse(content, origin()), MONTH)["protection_percent"] == 61.3

    def test_the_frames_fit_the_staged_tables(self) -> None:
        batch = parse(february(), origin())
        provenance = {
            "source_sha256": "0" * 64,
            "period": batch.period,
            "published_at": batch.published_at,
            "retrieved_at": NOW,
        }
        for name, frame in batch.tables.items():
            assert typed(frame, REPORT[name], provenance).num_rows == len(frame)
        assert batch.published_at == datetime(2016, 3, 15, 9, 30, tzinfo=UTC)


class TestRealFiles:
    """BAMF's own four files, read by us, by pdfplumber and by eye."""

    @pytest.mark.parametrize("month", ["2016-01", "2016-02", "2016-03", "2016-04"])
    def test_every_cell_is_what_another_reader_sees(self, month: str) -> None:
        content = real_file(month)
        with pdfplumber.open(io.BytesIO(content)) as document:
            table = document.pages[1].extract_tables()[0]
        assert (len(table), {len(row) for row in table}) == (15, {13})
        batch = real_batch(month)
        rows = batch.tables["rows"]
        assert batch.findings == ()
        assert len(rows) == 12 * 11
        for number, (rank, label, *cells) in enumerate(table[3:], start=1):
            ours = rows[rows["source_row"] == number]
            assert ours["row_label"].iloc[0] == (label or "Herkunftsländer gesamt")
            assert (str(ours["rank"].iloc[0]) if rank else rank) == rank
            assert [printed(row) for row in ours.to_dict("records")] == cells
            assert ours["measure"].tolist() == list(REPORT_MEASURES)

    @pytest.mark.parametrize("line", STATED.strip().splitlines(), ids=lambda line: line[:7])
    def test_every_monthly_figure_is_the_one_in_the_sentence(self, line: str) -> None:
        check_stated(line, real_batch(line[:7]))

    @pytest.mark.parametrize("month", ["2016-01", "2016-02", "2016-03", "2016-04"])
    def test_they_pass_without_a_word_and_say_when_they_were_made(self, month: str) -> None:
        batch = real_batch(month)
        assert validate(dataset("bamf/report"), batch).findings == ()
        made = {"2016-01": "2016-02-02", "2016-02": "2016-03-03"}
        made |= {"2016-03": "2016-04-07", "2016-04": "2016-05-03"}
        assert f"{batch.published_at:%Y-%m-%d}" == made[month]

    @pytest.mark.parametrize("month", ["2016-01", "2016-02", "2016-03", "2016-04"])
    def test_the_sample_carries_the_same_figures(self, month: str) -> None:
        ours = parse(bamf_report.pdf(report_of(month)), origin(month))
        for name, about in (("rows", ["row_label", "measure"]), ("figures", ["span", "measure"])):
            left, right = real_batch(month).tables[name], ours.tables[name]
            value = "value" if name == "rows" else "stated_value"
            pd.testing.assert_frame_equal(
                left[[*about, value]].sort_values(about, ignore_index=True),
                right[[*about, value]].sort_values(about, ignore_index=True),
            )


class TestSeriesThatHasEnded:
    def test_nothing_is_awaited(self) -> None:
        """A dataset that ended in 2018 must not ring every night."""
        months = [date(2016, month, 1) for month in (1, 2, 4)]
        found = freshness(dataset("bamf/report").calendar, months, date(2026, 1, 1))
        assert not found.late
        assert found.gaps == (date(2016, 3, 1),)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_whatever_happens_to_the_bytes_it_is_a_report_or_a_reason(data: st.DataObject) -> None:
    content = bytearray(february())
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=6))
    try:
        batch = parse(bytes(content), origin())
    except UnreadableFile as unreadable:
        assert all(repr(finding).encode() for finding in unreadable.findings)
    else:
        assert len(batch.tables["rows"]) % 11 == 0


def report_of(month: str) -> bamf_report.ReportOfFigures:
    return next(r for r in bamf_report.reports() if f"{r.month:%Y-%m}" == month)


def check_stated(line: str, batch: Batch) -> None:
    month, numbers = line[:7], line.partition(":")[2].split()
    expected = dict(zip(MEASURES_STATED, map(float, numbers), strict=True))
    if month == "2016-01":
        expected["applications_total"] = 52103.0
    assert stated(batch, MONTH) == expected
    if month in STATED_SO_FAR:
        values = map(float, STATED_SO_FAR[month])
        assert stated(batch, YEAR) == dict(zip(MEASURES_SO_FAR, values, strict=True))


def printed(row: dict[str, object]) -> str:
    """A staged cell as the report prints it."""
    if row["marker"] == "-":
        return "-"
    if row["unit"] == "percent":
        return f"{row['value']:.1f}%".replace(".", ",")
    return f"{row['value']:,.0f}".replace(",", ".")


def saved(document: pypdfium2.PdfDocument) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()
