"""What dbt remembers of a parse is kept as long as no yml file of the project changes."""

from pathlib import Path

import pytest

from warehouse.parse_cache import REMEMBERED, forget_stale_parse


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "models" / "marts").mkdir(parents=True)
    (tmp_path / "models" / "marts" / "marts.yml").write_text("models: []\n")
    (tmp_path / "target").mkdir()
    return tmp_path


def remembers_after(project: Path) -> bool:
    """Whether dbt, having parsed before, still remembers it at its next start."""
    target = project / "target"
    (target / REMEMBERED).write_bytes(b"dbt's")
    forget_stale_parse(project, target)
    return (target / REMEMBERED).exists()


def test_what_nobody_knows_the_files_of_is_forgotten_and_then_kept(project: Path) -> None:
    assert not remembers_after(project)
    assert remembers_after(project)


def test_an_entry_that_moved_to_another_file_is_a_reason(project: Path) -> None:
    remembers_after(project)
    (project / "models" / "marts" / "marts.yml").rename(project / "models" / "others.yml")
    assert not remembers_after(project)
    assert remembers_after(project)


def test_a_changed_entry_is_a_reason_and_a_model_is_none(project: Path) -> None:
    remembers_after(project)
    (project / "models" / "marts" / "one.sql").write_text("select 1")
    assert remembers_after(project)
    (project / "models" / "marts" / "marts.yml").write_text("models: [{name: one}]\n")
    assert not remembers_after(project)


def test_a_first_build_takes_the_parse_before_it_and_no_stale_one(project: Path) -> None:
    parsed, target = project / "parsed", project / "target"
    parsed.mkdir()
    forget_stale_parse(project, parsed)
    forget_stale_parse(project, target, parsed)
    assert not (target / REMEMBERED).exists()  # that parse failed
    (parsed / REMEMBERED).write_bytes(b"parsed")
    forget_stale_parse(project, target, parsed)
    assert (target / REMEMBERED).read_bytes() == b"parsed"
    (target / REMEMBERED).write_bytes(b"built")
    forget_stale_parse(project, target, parsed)
    assert (target / REMEMBERED).read_bytes() == b"built"
    (project / "models" / "marts" / "marts.yml").write_text("models: [{name: one}]\n")
    forget_stale_parse(project, target, parsed)
    assert not (target / REMEMBERED).exists()
