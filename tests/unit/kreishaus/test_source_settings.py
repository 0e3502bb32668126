"""What a county says of its sources, and what holds where it says nothing."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from kreishaus.datasets import REGISTRY, SOURCES
from kreishaus.settings import REPOSITORY, DatasetConfig, Settings, SourceConfig
from operations.doctor import examine
from sample.make import make


def live(settings: Settings, **words: object) -> Settings:
    return settings.model_copy(update={"sources": "live", **words})


def test_a_source_without_a_section_has_the_defaults(settings: Settings) -> None:
    bare = settings.model_copy(update={"source": {}})
    assert bare.source_config("azr") == SourceConfig()
    assert bare.dataset("azr", "series") == DatasetConfig()
    assert bare.drop_folder("azr") == settings.home / "sample" / "drop" / "azr"
    for entry in REGISTRY:
        assert entry.calendar_in(bare) == entry.calendar


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda bare: bare.drop_folder("azr"), r"county\.toml: \[source\.azr\] needs a drop_fol"),
        (lambda bare: bare.address("bamf", "/DE"), r"county\.toml: \[source\.bamf\] needs a base"),
    ],
)
def test_what_a_live_source_lacks_is_named(settings: Settings, ask, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        ask(live(settings, source={}))


def test_the_doctor_names_the_sections_and_folders_that_live_sources_lack(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "wtg").mkdir(mode=0o700)
    lacking = live(settings, source={}, drop_folders=tmp_path)
    told = [line for line in examine(lacking) if "source" in line or "drop folder" in line]
    file = settings.county_file
    assert f"{file}: [source.bamf] is missing: say where it lies." in told
    assert f"The drop folder {tmp_path / 'azr'} of azr does not exist: make it." in told
    assert not [line for line in told if "wtg" in line]


def test_one_setting_names_the_drop_folders_of_all_sources(settings: Settings) -> None:
    """It goes over what a source says of itself: in a container that folder is none."""
    own = {"azr": SourceConfig(drop_folder=Path("/srv/azr"))}
    assert live(settings, source=own).drop_folder("azr") == Path("/srv/azr")
    there = live(settings, source=own, drop_folders=Path("/drop"))
    assert (there.drop_folder("azr"), there.drop_folder("lake")) == (
        Path("/drop/azr"),
        Path("/drop/lake"),
    )


def test_the_drop_folders_of_the_sample_are_made_though_its_files_are_there(
    settings: Settings,
) -> None:
    make(settings)
    papers = settings.drop_folder("papers")
    for path in papers.iterdir():
        path.unlink()
    papers.rmdir()
    make(settings)
    assert list(papers.iterdir()) == []
    made = {path.name for path in papers.parent.iterdir()}
    assert made == {source.name for source in SOURCES if source.dropped}


def test_county_toml_says_of_calendars_only_what_the_registry_does_not() -> None:
    text = (REPOSITORY / "counties" / "05162" / "county.toml").read_text(encoding="utf-8")
    said = tomllib.loads(text).get("source", {})
    for entry in REGISTRY:
        own = said.get(entry.source, {}).get("datasets", {}).get(entry.name, {})
        assert not {"lag_days", "reference_days"} & own.keys(), entry.id
    # The example that stands there is one that can be taken as it is.
    example = "\n".join(
        re.findall(r"^# (\[source\.wtg\.datasets.*|reference_d.*|lag_d.*)$", text, re.M)
    )
    told = tomllib.loads(example)["source"]["wtg"]["datasets"]["stichtag"]
    assert DatasetConfig(**told).lag_days == 30
