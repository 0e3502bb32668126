"""The rules of dbt-project-evaluator on a manifest, by that package's names without ``fct_``.

The package itself comes by ``dbt deps`` from dbt's hub, which an offline installation does not
ask, and would add forty models to ours.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

FANOUT, JOINS, CHAIN = 3, 7, 5
PREFIXES = {"staging": "stg_", "intermediate": "int_"}
COMMENTS = re.compile(r"--[^\n]*|{#.*?#}", re.DOTALL)


class Project:
    """A manifest, asked by name: models, what they are made from, what is made from them."""

    def __init__(self, manifest: Mapping[str, Any]) -> None:
        self.nodes: Mapping[str, Any] = manifest["nodes"]
        self.sources: Mapping[str, Any] = manifest["sources"]
        self.exposures: Mapping[str, Any] = manifest["exposures"]
        self.models = {
            unique_id: node
            for unique_id, node in self.nodes.items()
            if node["resource_type"] == "model"
        }

    def name(self, unique_id: str) -> str:
        """``stg_bamf__hkl``, ``bamf.hkl_rows``."""
        if source := self.sources.get(unique_id):
            return f"{source['source_name']}.{source['name']}"
        return unique_id.split(".")[-1]

    def layer(self, unique_id: str) -> str:
        node = self.nodes.get(unique_id)
        return str(node["path"]).split("/")[0] if node and unique_id in self.models else ""

    def parents(self, unique_id: str) -> set[str]:
        return set(self.models[unique_id]["depends_on"]["nodes"])

    @cached_property
    def children(self) -> Mapping[str, set[str]]:
        """The models that are made from a source, seed or model."""
        found: dict[str, set[str]] = {}
        for model in self.models:
            for parent in self.parents(model):
                found.setdefault(parent, set()).add(model)
        return found

    @cached_property
    def keyed(self) -> set[str]:
        """Models whose primary key is tested."""
        return {
            node["attached_node"]
            for node in self.nodes.values()
            if (node.get("test_metadata") or {}).get("name") == "unique_key"
        }

    def chain(self, unique_id: str) -> int:
        """How many views stand one on the other, up to this model."""
        model = self.models.get(unique_id)
        if model is None or model["config"]["materialized"] != "view":
            return 0
        return 1 + max((self.chain(parent) for parent in self.parents(unique_id)), default=0)

    def where(self, condition: Callable[[str], bool]) -> set[str]:
        """The names of the models of which a condition is true."""
        return {self.name(model) for model in self.models if condition(model)}


def is_source(unique_id: str) -> bool:
    return unique_id.startswith("source.")


def root_models(project: Project) -> set[str]:
    return project.where(lambda model: not project.parents(model))


def direct_join_to_source(project: Project) -> set[str]:
    def joins(model: str) -> bool:
        kinds = {is_source(parent) for parent in project.parents(model)}
        return kinds == {True, False}

    return project.where(joins)


def marts_or_intermediate_dependent_on_source(project: Project) -> set[str]:
    return project.where(
        lambda model: (
            project.layer(model) in ("marts", "intermediate")
            and any(map(is_source, project.parents(model)))
        )
    )


def multiple_sources_joined(project: Project) -> set[str]:
    return project.where(lambda model: sum(map(is_source, project.parents(model))) > 1)


def source_fanout(project: Project) -> set[str]:
    return {project.name(one) for one in project.sources if len(project.children.get(one, ())) > 1}


def unused_sources(project: Project) -> set[str]:
    return {project.name(one) for one in project.sources if not project.children.get(one)}


def staging_dependent_on_other_models(project: Project) -> set[str]:
    return project.where(
        lambda model: (
            project.layer(model) == "staging"
            and any(project.layer(parent) for parent in project.parents(model))
        )
    )


def model_fanout(project: Project) -> set[str]:
    def fans_out(model: str) -> bool:
        children = project.children.get(model, set())
        return sum(child not in project.children for child in children) >= FANOUT

    return project.where(fans_out)


def too_many_joins(project: Project) -> set[str]:
    return project.where(lambda model: len(project.parents(model)) >= JOINS)


def rejoining_of_upstream_concepts(project: Project) -> set[str]:
    """Models between two others, of which the later reads the earlier anyway."""

    def is_detour(model: str) -> bool:
        before, after = project.parents(model), project.children.get(model, set())
        if len(before) != 1 or len(after) != 1:
            return False
        return before <= project.parents(next(iter(after)))

    return project.where(is_detour)


def hard_coded_references(project: Project) -> set[str]:
    """Models that read a file, or a relation by the name of its schema or database."""
    nodes = project.nodes.values()
    schemas = {node.get(key) for node in nodes for key in ("schema", "database")} - {None}
    named = rf"\"?({'|'.join(sorted(map(str, schemas)))})\"?\."
    file = r"read_|'[^'\n]+\.(parquet|csv|json)"
    relation = re.compile(rf"\b(from|join)\s+({named}|{file})", re.IGNORECASE)
    return project.where(
        lambda model: (
            relation.search(COMMENTS.sub("", project.models[model]["raw_code"])) is not None
        )
    )


def model_naming_conventions(project: Project) -> set[str]:
    """Staging and intermediate models bear their prefix; marts bear none."""

    def is_wrong(model: str) -> bool:
        name, prefix = project.name(model), PREFIXES.get(project.layer(model))
        return not name.startswith(prefix) if prefix else name.startswith(tuple(PREFIXES.values()))

    return project.where(is_wrong)


def model_directories(project: Project) -> set[str]:
    """Models outside the three layers, and staging models outside their source's folder."""

    def is_wrong(model: str) -> bool:
        layer, *folders = project.models[model]["path"].split("/")
        if layer != "staging":
            return layer not in ("intermediate", "marts")
        return folders[0] != project.name(model).removeprefix("stg_").split("__")[0]

    return project.where(is_wrong)


def missing_primary_key_tests(project: Project) -> set[str]:
    return project.where(lambda model: model not in project.keyed)


def undocumented_models(project: Project) -> set[str]:
    return project.where(lambda model: not project.models[model]["description"].strip())


def undocumented_sources(project: Project) -> set[str]:
    return {
        project.name(unique_id)
        for unique_id, source in project.sources.items()
        if not (source["description"].strip() and source["source_description"].strip())
    }


def chained_views_dependencies(project: Project) -> set[str]:
    return project.where(lambda model: project.chain(model) > CHAIN)


def public_models_without_contracts(project: Project) -> set[str]:
    return project.where(
        lambda model: (
            project.models[model]["access"] == "public"
            and not project.models[model]["contract"]["enforced"]
        )
    )


def undocumented_public_models(project: Project) -> set[str]:
    """Public models of which a column has no description."""

    def is_wrong(model: str) -> bool:
        node = project.models[model]
        columns = node["columns"].values()
        return node["access"] == "public" and not (
            columns and all(column["description"].strip() for column in columns)
        )

    return project.where(is_wrong)


def marts_that_are_not_public(project: Project) -> set[str]:
    """Not the package's: what others may read are the marts, and nothing else."""
    return project.where(
        lambda model: (
            (project.layer(model) == "marts") != (project.models[model]["access"] == "public")
        )
    )


def _exposed(project: Project, condition: Callable[[str], bool]) -> set[str]:
    return {
        exposure["name"]
        for exposure in project.exposures.values()
        if any(map(condition, exposure["depends_on"]["nodes"]))
    }


def exposures_dependent_on_private_models(project: Project) -> set[str]:
    return _exposed(
        project,
        lambda one: one in project.models and project.models[one]["access"] != "public",
    )


def exposure_parents_materializations(project: Project) -> set[str]:
    return _exposed(
        project,
        lambda one: is_source(one) or project.nodes[one]["config"]["materialized"] != "table",
    )


RULES: Mapping[str, Callable[[Project], set[str]]] = {
    rule.__name__: rule
    for rule in (
        root_models,
        direct_join_to_source,
        marts_or_intermediate_dependent_on_source,
        multiple_sources_joined,
        source_fanout,
        unused_sources,
        staging_dependent_on_other_models,
        model_fanout,
        too_many_joins,
        rejoining_of_upstream_concepts,
        hard_coded_references,
        model_naming_conventions,
        model_directories,
        missing_primary_key_tests,
        undocumented_models,
        undocumented_sources,
        chained_views_dependencies,
        public_models_without_contracts,
        undocumented_public_models,
        marts_that_are_not_public,
        exposures_dependent_on_private_models,
        exposure_parents_materializations,
    )
}
