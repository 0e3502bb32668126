"""Looking back: which moments can be meant, and that none of it touches the nightly warehouse."""

from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from kreishaus.settings import Settings
from operations.cli import app
from warehouse.as_of import AsOf, NotAMoment, nightly_warehouse, requested_as_of, settings_as_of
from warehouse.build import build_arguments, dbt_environment

NOW = datetime(2021, 12, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2021-13-30", "is no day such as 2021-11-30"),
        ("30.11.2021", "is no day such as 2021-11-30"),
        ("yesterday", "is no day such as 2021-11-30"),
        ("", "is no day such as 2021-11-30"),
        ("2021-11-30T25:00+01:00", "is no day such as 2021-11-30"),
        ("../../../2021", "is no day such as 2021-11-30"),
        ("2021-12-02", "has not come yet"),
        ("2021-12-01T14:00+01:00", "has not come yet"),
        ("2021-11-30T14:00", r"add its offset, as in 2021-11-30T14:00\+01:00"),
    ],
)
def test_what_is_no_moment_to_look_back_to_is_refused(text: str, reason: str) -> None:
    with pytest.raises(NotAMoment, match=reason):
        AsOf.parse(text, now=NOW)


def test_what_makes_a_version_known_is_one_of_two_things() -> None:
    with pytest.raises(NotAMoment, match="must be one of retrieved, published"):
        AsOf.parse("2021-11-30", "heard")


@pytest.mark.parametrize(
    ("text", "by", "moment", "name"),
    [
        ("2021-11-30", "retrieved", "2021-11-30", "2021-11-30"),
        ("2021-12-01", "retrieved", "2021-12-01", "2021-12-01"),  # the day is not over: as of now
        ("2021-11-30", "published", "2021-11-30", "2021-11-30_by_published"),
        (
            "2021-11-30T14:00+01:00",
            "retrieved",
            "2021-11-30T13:00:00+00:00",
            "2021-11-30T130000Z",
        ),
        ("2021-11-30T13:00:00Z", "retrieved", "2021-11-30T13:00:00+00:00", "2021-11-30T130000Z"),
    ],
)
def test_one_moment_has_one_name(text: str, by: str, moment: str, name: str) -> None:
    as_of = AsOf.parse(text, by, NOW)
    assert (as_of.moment, as_of.name) == (moment, name)
    assert as_of.variables == {"as_of": moment, "as_of_by": by}


def test_the_day_that_has_begun_here_has_come_though_not_yet_in_utc() -> None:
    midnight_in_berlin = datetime(2021, 7, 14, 22, 30, tzinfo=UTC)
    assert AsOf.parse("2021-07-15", now=midnight_in_berlin).moment == "2021-07-15"


def test_a_build_as_of_a_day_has_folders_of_its_own(settings: Settings) -> None:
    back = settings_as_of(settings, AsOf("2021-11-30"))
    assert back.warehouse == settings.warehouse / "as_of" / "2021-11-30"
    assert back.published == settings.published / "as_of" / "2021-11-30"
    assert (back.landing, back.staged) == (settings.landing, settings.staged)
    assert nightly_warehouse(back) == nightly_warehouse(settings) == settings.warehouse
    environment = dbt_environment(back)
    assert environment["KREISHAUS_WAREHOUSE"] == str(back.warehouse)
    assert environment["DBT_TARGET_PATH"] == str(back.warehouse / "target")


def test_dbt_is_told_the_moment_and_only_then(settings: Settings) -> None:
    back = settings_as_of(settings, AsOf("2021-11-30", "published"))
    assert build_arguments(back)[-1] == '{"as_of": "2021-11-30", "as_of_by": "published"}'
    assert "--vars" not in build_arguments(settings)
    assert requested_as_of(settings) is None
    assert settings_as_of(settings, None) is settings


@pytest.mark.parametrize("command", [["build"], ["query", "select 1"]])
def test_the_command_line_refuses_a_day_that_is_none(command: list[str]) -> None:
    answer = CliRunner().invoke(app, [*command, "--as-of", "30.11.2021"])
    assert answer.exit_code == 2
    assert "--as-of: '30.11.2021' is no day such as 2021-11-30" in answer.output


@pytest.mark.parametrize("command", [["build"], ["query", "select 1"]])
def test_known_by_without_a_day_is_refused_and_not_overlooked(command: list[str]) -> None:
    answer = CliRunner().invoke(app, [*command, "--known-by", "published"])
    assert answer.exit_code == 2
    assert "it needs --as-of" in answer.output


def test_asking_for_a_day_that_was_never_built_says_how_to_build_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KREISHAUS_HOME", str(settings.home))
    options = ["--as-of", "2021-11-30", "--known-by", "published"]
    answer = CliRunner().invoke(app, ["query", "select 1", *options])
    assert answer.exit_code == 1
    assert "Run `kreishaus build --as-of 2021-11-30 --known-by published` first" in answer.output
