"""From the drop folder into the home folder: a list of persons leaves no trace."""

from __future__ import annotations

from test_papers_figures import HEAD, TABLE

from kreishaus.settings import Settings
from pipeline.steps import fetch_new

PERSONS = f"{HEAD}Person;frei\nZimmer, Anna, geb. 03.04.1981, AZR 990412004711;1\n"


def test_persons_leave_no_trace_and_stop_no_other(settings: Settings) -> None:
    folder = settings.drop_folder("papers")
    folder.mkdir(parents=True, exist_ok=True)
    dropped = folder / "liste.csv"
    dropped.write_text(PERSONS, encoding="utf-8")
    (folder / "tabelle.csv").write_text(HEAD + TABLE, encoding="utf-8")

    report = fetch_new("papers/figures", settings, run_id="test")

    (refusal,) = report.refused
    assert refusal.startswith("file 1 of 2 by name, saved ")  # its name may be a person's
    assert "line 13: a date of birth" in refusal
    assert dropped.name not in refusal
    assert [landed.label for landed in report.new] == ["tabelle.csv"]
    files = [path for path in settings.home.rglob("*") if path.is_file() and path != dropped]
    assert files
    for path in files:
        content = path.read_bytes()
        assert not any(
            word.encode() in content for word in ("Zimmer", "03.04.1981", "990412004711")
        )
