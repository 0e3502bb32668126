"""No input, however bad, may put a wrong number into a mart, crash a task or hang a night.

Every parser reads damaged copies of the files it reads well. A few in every test run; a campaign
of thousands with ``make fuzz``. The identities are asked again here, without the suites: what
breaks one and would be staged all the same is the fault this test exists for.
"""

import os
import re
import resource
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from identities import broken_identities, spoilt
from mutations import mutants

from ingest.http import Client
from kreishaus.datasets import REGISTRY, Dataset
from kreishaus.model import FileRejected, Origin, SourceUnavailable, UnreadableFile
from kreishaus.settings import Settings, read_settings
from kreishaus.store.landing import Landing
from pipeline.steps import fetch_new, validate
from sample.make import make
from sample.server import serve

INPUTS = int(os.environ.get("KREISHAUS_FUZZ_INPUTS", "10"))
LONGEST_SECONDS = 30
"""Of processor time: what else the machine does is no fault of a parser."""
MOST_KIBIBYTES = 2**20
LARGE_BYTES = 500_000
OURS = (UnreadableFile, FileRejected, SourceUnavailable)

pytestmark = pytest.mark.timeout(6 * 60 * 60)


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """An installation in which the sample of every dataset has landed."""
    settings = Settings(home=tmp_path_factory.mktemp("fuzz") / "var")
    with serve(make(settings) / "http") as server:
        settings = settings.model_copy(update={"sample_url": server.url})
        for entry in REGISTRY:
            fetch_new(entry.id, settings, "fuzz")
    yield settings


def seeds(settings: Settings, entry: Dataset) -> list[tuple[bytes, Origin]]:
    """Of the landed files the smallest, the middle one, and the smallest of each extension; all of
    a dataset whose files each hold another table. Of a dataset of which only canonical tables land,
    the files that its office offers.
    """
    if entry.reduce:
        return offered(settings, entry)
    store = Landing(settings.landing, entry.source, entry.name)
    by_size = sorted(store.hashes(), key=lambda sha256: store.path(sha256).stat().st_size)
    if not by_size:
        pytest.skip(f"no file of {entry.id} is among the sample")
    kinds = {store.path(sha256).suffix: sha256 for sha256 in reversed(by_size)}
    chosen = sorted({by_size[0], by_size[len(by_size) // 2], *kinds.values()})
    if entry.one_table_each:
        chosen = sorted(by_size)
    return [(of_one_year(store.content(sha256)), store.origin(sha256)) for sha256 in chosen]


def offered(settings: Settings, entry: Dataset) -> list[tuple[bytes, Origin]]:
    """What lies in the drop folder for a dataset."""
    with Client.of(settings) as client:
        requests = entry.load("discover")(settings, client, entry.name)
    now = datetime.now(UTC)
    return [
        (
            Path(request.path).read_bytes(),
            Origin(entry.source, entry.name, "0" * 64, request.label, request.identity, now),
        )
        for request in requests
    ]


def of_one_year(content: bytes) -> bytes:
    """A large table without all its years but the first: each year adds up by itself."""
    years = re.findall(rb"^(\d{4});", content, re.MULTILINE)
    if len(content) < LARGE_BYTES or not years:
        return content
    lines = content.splitlines(keepends=True)
    return b"".join(x for x in lines if not re.match(rb"\d{4};", x) or x[:4] == years[0])


@pytest.mark.parametrize("entry", REGISTRY, ids=lambda entry: entry.id)
def test_a_damaged_file_is_named_or_true(landing: Settings, entry: Dataset) -> None:
    known = seeds(landing, entry)
    assert known, f"{entry.id}: the sample landed nothing to damage"
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    @hypothesis_settings(
        max_examples=INPUTS,
        deadline=None,
        derandomize="KREISHAUS_FUZZ_INPUTS" not in os.environ,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        content=mutants([content for content, _ in known]),
        origin=st.sampled_from([origin for _, origin in known]),
    )
    def damaged(content: bytes, origin: Origin) -> None:
        started = time.process_time()
        treat_damaged(entry, content, origin)
        assert time.process_time() - started < LONGEST_SECONDS
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - used
        assert grown < MOST_KIBIBYTES

    damaged()


def treat_damaged(entry: Dataset, content: bytes, origin: Origin) -> None:
    """Take in one file; any error that is not one of ours comes out.

    Judging costs ten times as much as reading: done for every file that breaks an identity, which
    must not pass, and for some of the others.
    """
    try:
        if entry.guard:
            entry.load("guard")(content, origin.label)
        if entry.reduce:
            reduced = entry.load("reduce")(content, origin.label, read_settings())
            content, origin = reduced.content, replace(origin, reduction=reduced.reduction)
        if entry.strip:
            content = entry.load("strip")(content, origin.label, read_settings()).content
        broken = broken_identities(entry.id, entry.load("parse")(content, origin).tables)
        if not broken and sum(content[:1_000]) % 10:
            event("read, adds up")
            return
        _, validation, _ = validate(entry, content, origin, read_settings().county)
    except OURS as refusal:
        event(type(refusal).__name__)
        return
    event("staged" if validation.passed else "quarantined by the suite")
    if validation.passed:
        assert broken == []


@pytest.mark.parametrize("entry", REGISTRY, ids=lambda entry: entry.id)
def test_the_judge_of_this_campaign_knows_good_from_bad(landing: Settings, entry: Dataset) -> None:
    good = [
        entry.load("parse")(content, origin).tables for content, origin in seeds(landing, entry)
    ]
    assert [broken_identities(entry.id, tables) for tables in good] == [[]] * len(good)
    bad = [tables for tables in (spoilt(entry.id, tables) for tables in good) if tables]
    assert bad, f"{entry.id}: no count is part of any identity"
