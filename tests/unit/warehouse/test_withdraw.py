"""Withdrawing and correcting: what readers get and read, what is recorded, and kills in between."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from kills import each_kill
from marts_made import numbered
from small_home import day
from typer.testing import CliRunner, Result

from kreishaus.folder_formats import begin
from kreishaus.local_time import HERE
from kreishaus.settings import Settings
from operations.cli import app
from operations.maintenance.retention.perform import maintain
from reports import render, withdraw
from reports.papers import NoSuchPaper
from reports.render import NoSuchDate, PaperWithdrawn, print_paper, write_index
from reports.withdraw import NotPrinted, correct_paper, withdraw_paper
from warehouse import audit, versions, withdrawals
from warehouse.audit import AuditUnwritable
from warehouse.export.write import write as export
from warehouse.publish import publish
from warehouse.query import query
from warehouse.withdraw import NOTE, NotToBeReplacedBy, settle, withdraw_version
from warehouse.withdrawals import AlreadyMarked, NoReason

BEGUN = datetime(2026, 11, 20, 3, tzinfo=UTC)
NOW = day("2026-11-29", hour=12)
WHY = "Die Plätze in Jüchen waren doppelt gezählt."


def name(number: int) -> str:
    return (BEGUN + timedelta(days=number)).strftime("%Y%m%dT%H%M%S.%fZ")


def published(settings: Settings, *numbers: int) -> Settings:
    for number in numbers:
        numbered(settings, number)
        publish(settings, f"night-{number}", BEGUN + timedelta(days=number))
    return settings


def answer(settings: Settings) -> int:
    """The number that every row of what readers get has."""
    rows = query(settings, "select distinct number from vacancy", "public").to_pylist()
    (row,) = rows
    return int(row["number"])


def kreishaus(settings: Settings, *arguments: object) -> Result:
    environment = {"KREISHAUS_HOME": str(settings.home)}
    return CliRunner().invoke(app, [str(one) for one in arguments], env=environment)


def text(result: Result) -> str:
    return " ".join(result.output.split())


def acts(settings: Settings) -> list[str]:
    return [str(entry.document["action"]) for entry in audit.entries(settings)]


def test_readers_get_the_version_before_and_the_act_is_noted(settings):
    installation = published(settings, 1, 2, 3)
    (installation.published / name(3) / "public" / "manifest.json").chmod(0o604)
    done = withdraw_version(installation, name(3), f"  {WHY}\n", now=NOW)
    assert (done.now_current, answer(installation)) == (name(2), 2)
    assert (installation.published / "current").resolve().name == name(2)
    (entry,) = audit.entries(installation)
    assert (entry.document["action"], entry.document["version"]) == ("withdraw", name(3))
    assert entry.document["details"]["reason"] == WHY
    for folder in ("", "public", "internal"):
        assert (installation.published / name(3) / folder / NOTE).read_text() == (
            f"Diese Version ({name(3)}) wurde am 29.11.2026 zurückgezogen und gilt nicht mehr.\n"
            f"Grund: {WHY}\n"
        )
        manifest = installation.published / name(3) / folder / "manifest.json"
        if manifest.exists():
            assert manifest.stat().st_mode == manifest.with_name(NOTE).stat().st_mode
    assert not (installation.published / name(2) / NOTE).exists()


def test_an_older_version_is_withdrawn_and_readers_notice_nothing(settings):
    installation = published(settings, 1, 2)
    assert withdraw_version(installation, name(1), WHY).now_current == name(2)
    assert (answer(installation), versions.warning(installation)) == (2, "")
    withdraw_version(installation, name(2), WHY)
    with pytest.raises(versions.NothingPublished, match=rf"every version was withdrawn.*{WHY}"):
        query(installation, "from vacancy")
    assert not (installation.published / "current").exists()


def test_the_next_version_is_given_to_readers_again(settings):
    installation = published(settings, 1)
    withdraw_version(installation, name(1), WHY)
    published(installation, 2)
    assert (answer(installation), versions.warning(installation)) == (2, "")


def test_who_reads_an_older_version_is_told_why(settings):
    installation = published(settings, 1, 2)
    withdraw_version(installation, name(2), WHY, now=NOW)
    warned = f"Version {name(2)} was withdrawn on 2026-11-29: {WHY}. This is from {name(1)}"
    asked = kreishaus(installation, "query", "from vacancy limit 1", "--audience", "public")
    assert (asked.exit_code, warned in text(asked)) == (0, True)
    file = installation.home / "leer.csv"
    exported = kreishaus(installation, "export", "vacancy", "--to", file)
    assert (exported.exit_code, warned in text(exported)) == (0, True)
    said = json.loads((installation.home / "leer.csv-metadata.json").read_text())
    words = f"Eine neuere Version ({name(2)}) wurde zurückgezogen am 29.11.2026, Grund: {WHY}"
    assert words in json.dumps(said, ensure_ascii=False)


def test_a_withdrawn_version_is_not_asked_for_by_name(settings):
    installation = published(settings, 1, 2)
    withdraw_version(installation, name(1), WHY)
    with pytest.raises(versions.NothingPublished, match="no longer given to readers"):
        versions.named(installation, name(1))


def test_marts_that_a_later_version_kept_from_it_are_named(settings):
    installation = published(settings, 1, 2)
    manifest = installation.published / name(2) / "internal" / "manifest.json"
    document = json.loads(manifest.read_text())
    document["marts"][0]["kept_from"] = name(1)
    manifest.write_text(json.dumps(document))
    kept = document["marts"][0]["name"]
    assert withdraw_version(installation, name(1), WHY, now=NOW).kept_in == {name(2): (kept,)}
    export(installation, kept, "internal", installation.home / "kept.csv")
    said = (installation.home / "kept.csv-metadata.json").read_text()
    words = f"Die Version {name(1)}, aus der die Tabelle stammt, wurde zurückgezogen am 29.11.2026"
    assert words in json.dumps(json.loads(said), ensure_ascii=False)


def test_what_was_taken_from_it_is_counted_by_the_audit_log(settings):
    installation = published(settings, 1)
    query(installation, "from vacancy")
    query(installation, "from staffing")
    export(installation, "refugees", "internal", installation.home / "r.csv")
    published(installation, 2)
    query(installation, "from vacancy")
    assert withdraw_version(installation, name(1), WHY).taken == {"query": 2, "export": 1}


@pytest.mark.parametrize("reason", ["", "  \n", "-", "..."])
def test_without_a_reason_nothing_is_done(settings, reason):
    installation = published(settings, 1, 2)
    with pytest.raises(NoReason):
        withdraw_version(installation, name(2), reason)
    assert (answer(installation), acts(installation)) == (2, [])


def test_an_unknown_version_is_named_with_those_there_are(settings):
    installation = published(settings, 1)
    with pytest.raises(versions.NothingPublished, match=f"no version {name(7)}.*{name(1)}"):
        withdraw_version(installation, name(7), WHY)
    for odd in ("../../landing", "current", "as_of", ""):
        with pytest.raises(versions.NothingPublished, match="there is no version"):
            withdraw_version(installation, odd, WHY)
    assert acts(installation) == []


def test_twice_is_once_and_another_reason_does_not_replace_the_first(settings):
    installation = published(settings, 1, 2)
    first = withdraw_version(installation, name(2), WHY, now=NOW)
    second = withdraw_version(installation, name(2), WHY)
    assert (second.was_marked, second.mark) == (True, first.mark)
    with pytest.raises(AlreadyMarked, match=WHY):
        withdraw_version(installation, name(2), "Ein anderer Grund")
    assert acts(installation) == ["withdraw"]


def test_a_correction_names_the_version_that_counts(settings):
    installation = published(settings, 1, 2, 3)
    with pytest.raises(NotToBeReplacedBy, match="cannot replace itself"):
        withdraw_version(installation, name(1), WHY, replaced_by=name(1))
    with pytest.raises(NotToBeReplacedBy, match="it is no published version"):
        withdraw_version(installation, name(1), WHY, replaced_by=name(9))
    withdraw_version(installation, name(1), WHY)
    withdraw_version(installation, name(1), WHY, replaced_by=name(3), now=NOW)
    note = (installation.published / name(1) / "public" / NOTE).read_text()
    assert f"An ihre Stelle tritt {name(3)}." in note
    with pytest.raises(NotToBeReplacedBy, match="was withdrawn itself"):
        withdraw_version(installation, name(2), WHY, replaced_by=name(1))
    assert acts(installation) == ["withdraw", "correct"]


def test_what_cannot_be_noted_is_not_withdrawn(settings):
    installation = published(settings, 1, 2)
    (installation.home / "audit").write_text("no folder can be made here")
    with pytest.raises(AuditUnwritable):
        withdraw_version(installation, name(2), WHY)
    assert (answer(installation), list(withdrawals.marks(installation, "versions"))) == (2, [])


def test_killed_at_any_instant_no_reader_gets_what_is_marked(settings):
    installation = published(settings, 1, 2, 3)

    def check() -> None:
        mark = withdrawals.mark(installation, "versions", name(3))
        assert answer(installation) == (2 if mark else 3)
        if mark:
            assert "withdraw" in acts(installation)

    kills = each_kill(
        lambda: withdraw_version(installation, name(3), WHY, now=NOW), installation.home, check
    )
    assert kills >= 8
    assert (installation.published / "current").resolve().name == name(2)
    assert (installation.published / name(3) / NOTE).exists()


def test_what_was_interrupted_is_finished_by_the_maintenance(settings):
    installation = published(settings, 1, 2)
    made = withdrawals.Mark("versions", "withdraw", name(2), NOW, "x@y", WHY)
    withdrawals.write(installation, made)
    assert (installation.published / "current").resolve().name == name(2)
    maintain(installation, NOW)
    assert (installation.published / "current").resolve().name == name(1)
    assert settle(installation) == []


def test_a_version_published_meanwhile_is_not_taken_from_readers(settings, monkeypatch):
    """The new version comes between our look at what is there and our switch of the link."""
    installation = published(settings, 1, 2)
    look = versions.not_withdrawn

    def meanwhile(asked):
        found = look(asked)
        monkeypatch.setattr(versions, "not_withdrawn", look)
        published(installation, 3)
        return found

    monkeypatch.setattr(versions, "not_withdrawn", meanwhile)
    withdraw_version(installation, name(2), WHY)
    assert (installation.published / "current").resolve().name == name(3)
    assert answer(installation) == 3


def test_a_withdrawn_version_takes_no_place_of_one_that_readers_can_fall_back_on(settings):
    installation = settings.model_copy(update={"keep_versions": 2})
    published(installation, 1, 2)
    withdraw_version(installation, name(2), WHY, now=NOW)
    published(installation, 3)
    assert [path.name for path in versions.versions(installation)] == [name(1), name(2), name(3)]
    published(installation, 4, 5)
    assert [path.name for path in versions.versions(installation)] == [name(4), name(5)]
    (mark,) = withdrawals.marks(installation, "versions")
    assert (mark.name, mark.reason) == (name(2), WHY)


def test_the_record_is_in_a_backup(settings, tmp_path, backup_key):
    from restic_backup import with_backup

    from operations.maintenance.backup.make import make_snapshot
    from operations.maintenance.backup.restore import restore_files

    installation = with_backup(published(settings, 1, 2), tmp_path / "b", backup_key)
    withdraw_version(installation, name(2), WHY)
    make_snapshot(installation)
    shutil.rmtree(installation.home)
    restore_files(installation, tmp_path / "b")
    (mark,) = withdrawals.marks(installation, "versions")
    assert (mark.reason, versions.current(installation).name) == (WHY, name(1))


def test_the_commands_say_what_follows(settings, monkeypatch):
    monkeypatch.setenv("KREISHAUS_SERVING__URL", "postgresql://nobody@127.0.0.1:1/away")
    installation = published(settings, 1, 2)
    query(installation, "from vacancy")
    done = kreishaus(installation, "withdraw", "version", name(2), "--reason", WHY)
    assert done.exit_code == 1, done.output  # PostgreSQL could not be told
    assert f"{name(2)} was withdrawn on" in text(done)
    assert f"Readers get {name(1)}." in text(done)
    assert "by the audit log: 1 query" in text(done)
    assert "PostgreSQL may still serve it" in text(done)
    assert ".." not in text(done)
    empty = kreishaus(installation, "withdraw", "version", name(1), "--reason", " ")
    assert (empty.exit_code, "--reason is empty" in text(empty)) == (1, True)
    missing = kreishaus(installation, "withdraw", "version", name(1))
    assert missing.exit_code == 2
    itself = kreishaus(
        installation, "correct", "version", name(1), "--by", name(1), "--reason", WHY
    )
    assert (itself.exit_code, "cannot replace itself" in text(itself)) == (1, True)


# --- Papers --------------------------------------------------------------------------------------

ABOUT = date(2022, 3, 31)
STATUS = """
    create table public.refugees_by_status as select date '2022-03-31' as reference_date,
        date '2022-03-31' as stands_for_date, '05162' as region_code, code as status_group_code,
        label as status_group_label, persons, 5 as rounded_to,
        timestamptz '2022-04-20 10:00:00+00' as recorded_at, null::timestamptz as published_at
    from (values ('recognised', 'Anerkannte Flüchtlinge', {0}), ('pending', 'Im Verfahren', 5),
        ('tolerated', 'Geduldete', null), ('total', 'Insgesamt', {0} + 5)
    ) as rows (code, label, persons)
"""
REGION = "create table public.dim_region as select '05162' as region_code, 'Kreis' as region_name"


def status_of(settings: Settings, persons: int, version: str) -> None:
    """A version whose public half has so many recognised refugees."""
    begin(settings.published, "published")
    folder = settings.published / version
    path = versions.database(folder, "public")
    path.parent.mkdir(parents=True)
    with duckdb.connect(path) as database:
        database.execute("create schema public")
        database.execute(STATUS.format(persons))
        database.execute(REGION)
    facts = {"version": version, "created_at": NOW.isoformat(), "as_of": None, "marts": []}
    for audience in versions.AUDIENCES:
        (folder / audience).mkdir(exist_ok=True)
        (folder / audience / "manifest.json").write_text(json.dumps({**facts, "public": []}))
    (folder / "version.json").write_text(json.dumps(facts))
    link = settings.published / "current"
    link.unlink(missing_ok=True)
    link.symlink_to(version)


@pytest.fixture
def printed(settings: Settings) -> Settings:
    """A home with one printed paper, in which 8,500 were recognised."""
    status_of(settings, 8500, name(1))
    print_paper(settings, "refugees", ABOUT)
    write_index(settings)
    return settings


def paper(settings: Settings, file: str = "report.html") -> bytes:
    return (settings.home / "reports" / "refugees" / "2022-03-31" / file).read_bytes()


def index(settings: Settings) -> str:
    return " ".join((settings.home / "reports" / "index.html").read_text().split())


def kept(settings: Settings) -> list[bytes]:
    found = (settings.home / "reports" / "withdrawn").rglob("report.*")
    return [path.read_bytes() for path in found]


def test_a_notice_takes_the_place_of_a_withdrawn_paper(printed):
    before = {paper(printed), paper(printed, "report.pdf")}
    assert "8.500" in paper(printed).decode()
    withdraw_paper(printed, "refugees", ABOUT, WHY, now=NOW)
    page = paper(printed).decode()
    assert "8.500" not in page
    assert "wurde am 29.11.2026 zurückgezogen und gilt nicht mehr" in page
    assert f"Grund: {WHY}" in page
    assert paper(printed, "report.pdf").startswith(b"%PDF")
    assert paper(printed, "report.pdf") not in before
    assert f"<strong>zurückgezogen am 29.11.2026, Grund: {WHY}</strong>" in index(printed)
    assert set(kept(printed)) == before
    (entry,) = audit.entries(printed)
    assert entry.document["details"]["name"] == "refugees/2022-03-31"
    assert len(entry.document["details"]["files"]) == 2


def test_a_withdrawn_paper_is_not_printed_again_by_the_way(printed, tmp_path):
    withdraw_paper(printed, "refugees", ABOUT, WHY)
    notice = paper(printed)
    for to in (None, tmp_path / "elsewhere"):
        with pytest.raises(PaperWithdrawn, match=rf"{WHY}.*kreishaus correct paper refugees"):
            print_paper(printed, "refugees", ABOUT, to)
    assert paper(printed) == notice
    refused = kreishaus(printed, "report", "refugees")
    assert (refused.exit_code, "was withdrawn on" in text(refused)) == (1, True)


def test_a_correction_is_printed_from_the_marts_of_now_and_says_so_each_time(printed):
    before = paper(printed)
    status_of(printed, 8400, name(2))
    correct_paper(printed, "refugees", ABOUT, WHY, now=NOW)
    page = " ".join(paper(printed).decode().split())
    assert "8.400" in page and "8.500" not in page
    assert f"Sie ersetzt die frühere Fassung. Grund: {WHY}" in page
    assert f"<strong>korrigierte Fassung vom 29.11.2026, Grund: {WHY}</strong>" in index(printed)
    assert before in kept(printed)
    print_paper(printed, "refugees", ABOUT)
    assert " ".join(paper(printed).decode().split()) == page
    assert acts(printed) == ["correct"]


def test_withdrawn_then_corrected_then_withdrawn_again(printed):
    withdraw_paper(printed, "refugees", ABOUT, WHY)
    status_of(printed, 8400, name(2))
    correct_paper(printed, "refugees", ABOUT, "Jetzt ohne doppelte Plätze")
    assert "8.400" in paper(printed).decode()
    correct_paper(printed, "refugees", ABOUT, "Noch einmal berichtigt")
    withdraw_paper(printed, "refugees", ABOUT, "Auch das war falsch")
    assert "8.400" not in paper(printed).decode()
    assert acts(printed) == ["withdraw", "correct", "correct", "withdraw"]
    assert {b"8.500" in one for one in kept(printed)} == {True, False}


@pytest.mark.parametrize("act", [withdraw_paper, correct_paper])
def test_what_was_never_printed_or_has_no_reason_is_refused(printed, act):
    before = paper(printed)
    with pytest.raises(NoReason):
        act(printed, "refugees", ABOUT, " ")
    with pytest.raises((NotPrinted, NoSuchDate), match="2022-03-31"):
        act(printed, "refugees", date(2021, 1, 1), WHY)
    with pytest.raises(NoSuchPaper):
        act(printed, "refugee", ABOUT, WHY)
    assert (paper(printed), acts(printed), kept(printed)) == (before, [], [])


def test_a_paper_is_withdrawn_once(printed):
    withdraw_paper(printed, "refugees", ABOUT, WHY)
    assert withdraw_paper(printed, "refugees", ABOUT, WHY).was_marked
    with pytest.raises(AlreadyMarked):
        withdraw_paper(printed, "refugees", ABOUT, "Ein anderer Grund")
    assert acts(printed) == ["withdraw"]


@pytest.mark.parametrize("act", [withdraw_paper, correct_paper])
def test_a_paper_killed_at_any_instant_is_whole_and_finished_later(printed, act, monkeypatch):
    monkeypatch.setattr(render, "pdf", lambda document: f"%PDF {document.facts}".encode())
    print_paper(printed, "refugees", ABOUT)
    first = {paper(printed), paper(printed, "report.pdf")}
    status_of(printed, 8400, name(2))

    def check() -> None:
        assert paper(printed).endswith(b"</html>") or paper(printed).endswith(b"</html>\n")
        assert {paper(printed), paper(printed, "report.pdf")} & first or withdrawals.mark(
            printed, "papers", "refugees/2022-03-31"
        )
        if withdrawals.mark(printed, "papers", "refugees/2022-03-31"):
            assert acts(printed)

    kills = each_kill(lambda: act(printed, "refugees", ABOUT, WHY, NOW), printed.home, check)
    assert kills >= 10
    assert not {paper(printed), paper(printed, "report.pdf")} & first
    assert set(kept(printed)) == first
    assert WHY in index(printed)
    assert withdraw.settle(printed) == []


def test_an_interrupted_withdrawal_is_finished_by_the_next_list_of_papers(printed, monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(withdraw, "write_note", killed)
        with pytest.raises(KeyboardInterrupt):
            withdraw_paper(printed, "refugees", ABOUT, WHY)
    assert "8.500" in paper(printed).decode()
    assert withdraw.settle(printed) == ["refugees/2022-03-31"]
    assert "8.500" not in paper(printed).decode()


def test_the_paper_commands_take_a_file_or_a_name(printed):
    file = printed.home / "reports" / "refugees" / "2022-03-31" / "report.pdf"
    done = kreishaus(printed, "withdraw", "paper", file, "--reason", WHY)
    assert done.exit_code == 0, done.output
    assert f"zurückgezogen am {datetime.now(HERE):%d.%m.%Y}" in text(done)
    status_of(printed, 8400, name(2))
    arguments = ("refugees", "--date", "2022-03-31", "--reason", WHY)
    done = kreishaus(printed, "correct", "paper", *arguments)
    assert (done.exit_code, "korrigierte Fassung" in text(done)) == (0, True)
    odd = kreishaus(printed, "withdraw", "paper", "refugees", "--reason", WHY)
    assert (odd.exit_code, "is no day" in text(odd)) == (2, True)
    unknown = kreishaus(
        printed, "withdraw", "paper", "wtg", "--date", "2021-12-31", "--reason", WHY
    )
    assert (unknown.exit_code, "there is no printed paper" in text(unknown)) == (1, True)
    assert "refugees --date 2022-03-31" in text(unknown)


def test_a_reason_is_no_markup_on_any_page(printed: Settings, tmp_path: Path) -> None:
    withdraw_paper(printed, "refugees", ABOUT, "<script>alert(1)</script> [b] &amp; #let")
    for content in (paper(printed).decode(), index(printed)):
        assert "<script>" not in content
        assert "&lt;script&gt;alert(1)" in content
