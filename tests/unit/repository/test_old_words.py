"""The list of old words finds what it names, and nothing else in the checkout says one."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from kreishaus.settings import REPOSITORY

PROGRAM = REPOSITORY / ".ci" / "old_words.py"


@pytest.fixture(scope="module")
def old_words() -> ModuleType:
    spec = importlib.util.spec_from_file_location("old_words", PROGRAM)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("path", "line", "said"),
    [
        ("warehouse/x.py", 'row["doubt"]', "doubt: say caveat"),
        ("dbt_project/models/x.sql", "max(a.mart_known_since)", "known_since: say recorded_at"),
        ("docs/x.md", "see `expectations/classes.py`", "expectations.classes: say expectations.ro"),
        ("pipeline/x.py", "outcome = treat(landed, settings)", "treat: say process_file"),
        ("dags/kreishaus_dags/x.py", 'batch["complaint"]', "complaint: say failed_item"),
        ("operations/x.py", "if one.grade == 'red':", "grade: say severity"),
    ],
)
def test_an_old_word_is_named_with_its_line_and_the_new_one(
    old_words: ModuleType, path: str, line: str, said: str
) -> None:
    words, _ = old_words.read()
    (hit,) = old_words.found(words, path, f"first line\n{line}\n")
    assert hit.startswith(f"{path}:2: {said}")


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("docs/x.md", "when in doubt, ask; leave doubt to this attacker"),
        ("warehouse/homes/x.py", "rule.leaves_doubt(others)"),
        ("dbt_project/x.sql", "select care_grade_code, grade from residents"),
        ("dbt_project/x.sql", "select * from complaints"),
        ("docs/x.md", "nothing to treat as a file, and a made-up visit of an inspection"),
        ("warehouse/x.py", "with connection.cursor() as aside:"),
    ],
)
def test_the_same_word_in_another_sense_is_no_hit(
    old_words: ModuleType, path: str, line: str
) -> None:
    words, _ = old_words.read()
    assert list(old_words.found(words, path, line)) == []


def test_lint_fails_on_an_old_word_in_a_file_that_git_knows(
    old_words: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from subprocess import run

    (tmp_path / "x.sql").write_text("select known_since from mart\n")
    (tmp_path / "CHANGELOG.md").write_text("known_since is recorded_at\n")
    (tmp_path / "picture.md").write_bytes(b"\xff\xfe known_since")
    run(["git", "init", "--quiet", str(tmp_path)], check=True)
    run(["git", "-C", str(tmp_path), "add", "."], check=True)
    monkeypatch.setattr(sys, "argv", ["old_words.py", str(tmp_path)])
    assert old_words.main() == 1
    assert capsys.readouterr().out == "x.sql:1: known_since: say recorded_at\n"
    (tmp_path / "x.sql").write_text("select recorded_at from mart\n")
    assert old_words.main() == 0


def test_each_entry_has_a_new_word(old_words: ModuleType) -> None:
    words, _ = old_words.read()
    assert len(words) > 50
    assert [word.old for word in words if not word.new or word.new == word.old] == []
