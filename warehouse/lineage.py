"""What a build made from what, as OpenLineage events: landed file to published mart.

    stage.<dataset>   landed files           -> staged tables
    dbt.<node>        staged tables, nodes   -> a relation of the private warehouse
    dbt.test.<node>   a relation, and what its tests said of it
    publish.<mart>    a mart                 -> its published Parquet file for each audience

Read from what the build left: ``batches.parquet``, dbt's manifest and its results. The processor
that comes with OpenLineage for dbt is not used: it would name staged tables as if they were
relations of a database, and the way back would end there. Events are plain values here;
``lineage_sent`` sends them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

import pyarrow.parquet as pq

from kreishaus.settings import Settings
from kreishaus.store.landing import Landing
from warehouse import versions
from warehouse.builds import BuildNotFinished, BuildRecord, last

if TYPE_CHECKING:
    from openlineage.client.event_v2 import InputDataset, OutputDataset, RunEvent

    from warehouse.manifest import Manifest, PublishedMart

PRODUCER = "https://kreishaus.invalid/lineage"
"""Who says so. The name of no server: nothing is fetched from it."""
FILES = "file"
READ = re.compile(r"read_parquet\('(?P<path>[^']+)'\)")
MADE = ("model", "seed", "snapshot")
PASSED = ("pass", "warn")
Name = tuple[str, str]
"""Namespace and name of a dataset."""


@dataclass(frozen=True)
class Build:
    """What a finished build left behind, and which run it was."""

    settings: Settings
    run_id: str
    manifest: Mapping[str, Any]
    results: Sequence[Mapping[str, Any]]
    invocation: str
    ended: str

    @classmethod
    def of(cls, settings: Settings, run_id: str, record: BuildRecord) -> Build:
        """A build that was kept."""
        about = record.results["metadata"]
        words = (about["invocation_id"], about["generated_at"])
        return cls(settings, run_id, record.manifest, record.results["results"], *words)

    @classmethod
    def last(cls, settings: Settings, run_id: str) -> Build | None:
        """The last build; None where there is none."""
        try:
            return cls.of(settings, run_id, last(settings))
        except BuildNotFinished:
            return None

    def times(self, result: Mapping[str, Any]) -> tuple[str, str]:
        """When a node began and ended; of one that was skipped, when dbt came to its end."""
        steps = result["timing"]
        return (steps[0]["started_at"], steps[-1]["completed_at"]) if steps else (self.ended,) * 2

    def name(self, unique_id: str) -> Name | None:
        """How the dataset of a node or source is called; None for what is none."""
        source = self.manifest["sources"].get(unique_id)
        if source:
            read = READ.search(source["relation_name"])
            return (FILES, read["path"]) if read else (self._database, source["name"])
        node = self.manifest["nodes"].get(unique_id)
        if not node or node["resource_type"] not in MADE:
            return None
        return self._database, f"{node['database']}.{node['schema']}.{node['alias']}"

    @property
    def _database(self) -> str:
        return f"duckdb://{(self.settings.warehouse / 'kreishaus.duckdb').resolve()}"


def events_of_build(build: Build) -> Iterator[RunEvent]:
    """The events of staging and of every dbt node that this build came to."""
    yield from _staging(build)
    tests: dict[str, list[Mapping[str, Any]]] = {}
    for result in build.results:
        node = build.manifest["nodes"].get(result["unique_id"])
        if node is None:
            continue
        if node["resource_type"] in MADE:
            yield from _node(build, node, result)
        elif node["resource_type"] == "test" and node.get("attached_node"):
            tests.setdefault(node["attached_node"], []).append(result)
    for unique_id, results in sorted(tests.items()):
        yield from _tests(build, unique_id, results)


def events_of_publishing(settings: Settings, manifest: Manifest) -> Iterator[RunEvent]:
    """The events of one publishing: each mart that was renewed, and the files that readers open."""
    from openlineage.client.event_v2 import InputDataset, OutputDataset
    from openlineage.client.facet_v2 import (
        dataset_version_dataset,
        output_statistics_output_dataset,
    )

    build = Build.last(settings, manifest.run_id)
    if build is None:
        return
    ids = {node["name"]: unique_id for unique_id, node in build.manifest["nodes"].items()}
    outputs: dict[str, list[OutputDataset]] = {}
    marts_for: dict[versions.Audience, tuple[PublishedMart, ...]]
    marts_for = {"internal": manifest.marts, "public": manifest.public}
    version = dataset_version_dataset.DatasetVersionDatasetFacet(manifest.version)
    for audience, marts in marts_for.items():
        folder = versions.parquet(settings.published.resolve() / versions.CURRENT, audience)
        for mart in marts:
            if mart.fault:
                continue  # readers keep an earlier state, which came from another run
            rows = output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(
                rowCount=mart.rows
            )
            outputs.setdefault(mart.name, []).append(
                OutputDataset(
                    FILES,
                    str(folder / f"{mart.name}.parquet"),
                    facets={"version": version},
                    outputFacets={"outputStatistics": rows},
                )
            )
    times = (manifest.created_at,) * 2
    for mart_name, files in sorted(outputs.items()):
        if name := build.name(ids.get(mart_name, "")):
            inputs = [InputDataset(*name)]
            yield from _told(build, f"publish.{mart_name}", times, inputs, files, kind="PUBLISH")


def _staging(build: Build) -> Iterator[RunEvent]:
    """One job per dataset: the landed files that stand for a period, and the tables they filled."""
    from openlineage.client.event_v2 import InputDataset, OutputDataset

    settings = build.settings
    batches = settings.warehouse / "batches.parquet"
    rows = pq.read_table(batches, columns=["source", "dataset", "source_sha256", "in_force_from"])
    files: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows.to_pylist():
        of_dataset = files.setdefault((row["source"], row["dataset"]), {})
        of_dataset[row["source_sha256"]] = row["in_force_from"].isoformat()
    for (source, dataset), hashes in sorted(files.items()):
        landing = Landing(settings.landing, source, dataset)
        inputs = [
            InputDataset(FILES, str(landing.path(sha256).resolve())) for sha256 in sorted(hashes)
        ]
        part = f"/staged/{source}/{dataset}/"
        names = (build.name(unique_id) for unique_id in sorted(build.manifest["sources"]))
        outputs = [OutputDataset(*name) for name in names if name and part in name[1]]
        times = (min(hashes.values()), max(hashes.values()))
        yield from _told(build, f"stage.{source}/{dataset}", times, inputs, outputs, kind="STAGE")


def _node(build: Build, node: Mapping[str, Any], result: Mapping[str, Any]) -> Iterator[RunEvent]:
    from openlineage.client.event_v2 import InputDataset, OutputDataset
    from openlineage.client.facet_v2 import schema_dataset, sql_job

    name = build.name(node["unique_id"])
    assert name is not None
    parents = (build.name(parent) for parent in node["depends_on"].get("nodes", ()))
    fields = [
        schema_dataset.SchemaDatasetFacetFields(
            name=column["name"],
            type=column.get("data_type"),
            description=column.get("description") or None,
        )
        for column in node["columns"].values()
    ]
    facets: dict[str, Any] = (
        {"schema": schema_dataset.SchemaDatasetFacet(fields=fields)} if fields else {}
    )
    sql = node.get("compiled_code")
    yield from _told(
        build,
        f"dbt.{node['unique_id']}",
        build.times(result),
        [InputDataset(*parent) for parent in parents if parent],
        [OutputDataset(*name, facets=facets)],
        kind=node["resource_type"].upper(),
        description=node.get("description") or "",
        fault=_fault(result),
        skipped=result["status"] == "skipped",
        job_facets={"sql": sql_job.SQLJobFacet(query=sql)} if sql else {},
    )


def _tests(
    build: Build, unique_id: str, results: Sequence[Mapping[str, Any]]
) -> Iterator[RunEvent]:
    """What the data tests of one relation said of it."""
    from openlineage.client.event_v2 import InputDataset
    from openlineage.client.facet_v2 import data_quality_assertions_dataset as quality

    name = build.name(unique_id)
    ran = [result for result in results if result["status"] != "skipped"]
    if name is None or not ran:
        return
    assertions = [
        quality.Assertion(
            assertion=build.manifest["nodes"][result["unique_id"]]["name"],
            success=result["status"] in PASSED,
            column=build.manifest["nodes"][result["unique_id"]].get("column_name"),
        )
        for result in ran
    ]
    said = quality.DataQualityAssertionsDatasetFacet(assertions=assertions)
    broken = [f"{found.assertion} failed" for found in assertions if not found.success]
    times = [build.times(result) for result in ran]
    yield from _told(
        build,
        f"dbt.test.{unique_id}",
        (min(first for first, _ in times), max(last for _, last in times)),
        [InputDataset(*name, inputFacets={"dataQualityAssertions": said})],
        [],
        kind="TEST",
        fault="\n".join(broken),
    )


def _fault(result: Mapping[str, Any]) -> str:
    broken = result["status"] in ("error", "fail")
    return (result.get("message") or result["status"]) if broken else ""


def _told(
    build: Build,
    job: str,
    times: tuple[str, str],
    inputs: Sequence[InputDataset],
    outputs: Sequence[OutputDataset],
    *,
    kind: str,
    description: str = "",
    fault: str = "",
    skipped: bool = False,
    job_facets: Mapping[str, Any] | None = None,
) -> Iterator[RunEvent]:
    """The two events of a run: that it began, and how it ended."""
    from openlineage.client.event_v2 import Job, Run, RunEvent, RunState
    from openlineage.client.facet_v2 import (
        documentation_job,
        error_message_run,
        job_type_job,
        parent_run,
    )

    namespace = f"kreishaus-{build.settings.county.ags}"

    def identity(name: str) -> str:
        return str(uuid5(NAMESPACE_URL, f"{namespace}/{build.run_id}/{build.invocation}/{name}"))

    night = parent_run.ParentRunFacet(
        run=parent_run.Run(identity("build_marts")),
        job=parent_run.Job(namespace, "build_marts"),
    )
    facets: dict[str, Any] = {
        "jobType": job_type_job.JobTypeJobFacet("BATCH", "KREISHAUS", jobType=kind),
        **(job_facets or {}),
    }
    if description:
        facets["documentation"] = documentation_job.DocumentationJobFacet(description)
    run_facets: dict[str, Any] = {"parent": night}
    end = RunState.COMPLETE
    if skipped:
        end = RunState.ABORT
    elif fault:
        end = RunState.FAIL
        run_facets["errorMessage"] = error_message_run.ErrorMessageRunFacet(fault, "SQL")
    for state, at in ((RunState.START, times[0]), (end, times[1])):
        yield RunEvent(
            eventTime=at,
            run=Run(identity(job), facets=run_facets if state is end else {"parent": night}),
            job=Job(namespace, job, facets=facets),
            eventType=state,
            inputs=list(inputs),
            outputs=list(outputs),
            producer=PRODUCER,
        )
