"""The files for maintainers are true: they parse, and what they name exists."""

import re
import subprocess
import tomllib
from itertools import pairwise

import pytest
import yaml

from tests.support.homes import PROJECT

MAKEFILE = (PROJECT / "Makefile").read_text()
TARGETS = set(re.findall(r"^([a-z0-9-]+):", MAKEFILE, re.MULTILINE))
DOCUMENTS = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md"), *(PROJECT / ".github").rglob("*.md")])
PROJECT_TABLE = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]


def recipe(target):
    """The commands of a make target, as a shell in the project's folder runs them."""
    lines = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)[1].splitlines()
    return [line.strip().removeprefix("@").replace("$(BIN)", ".venv/bin") for line in lines]


@pytest.mark.parametrize("path", sorted((PROJECT / ".github").rglob("*.yml")), ids=lambda p: p.stem)
def test_workflows_and_issue_forms_parse(path):
    assert isinstance(yaml.safe_load(path.read_text()), dict)


def test_issue_forms_have_a_name_and_fields_with_labels():
    for path in (PROJECT / ".github" / "ISSUE_TEMPLATE").glob("[!c]*.yml"):
        form = yaml.safe_load(path.read_text())
        assert {"name", "description", "body"} <= set(form), path.name
        assert all(field["attributes"]["label"] for field in form["body"]), path.name


def test_the_workflow_runs_what_ci_runs_on_every_supported_python():
    job = yaml.safe_load((PROJECT / ".github" / "workflows" / "ci.yml").read_text())["jobs"]["test"]
    assert [step["run"] for step in job["steps"] if "run" in step] == ["bash .ci/run"]
    assert job["strategy"]["matrix"]["python"][0] == PROJECT_TABLE["requires-python"].removeprefix(">=")


def test_pre_commit_runs_the_commands_of_make_check():
    config = yaml.safe_load((PROJECT / ".pre-commit-config.yaml").read_text())
    assert {hook["entry"] for repo in config["repos"] for hook in repo["hooks"]} == set(recipe("check"))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: str(p.relative_to(PROJECT)))
def test_links_and_make_targets_in_documents_exist(path):
    text = path.read_text()
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)
    assert [link for link in links if not (path.parent / link).exists()] == []
    named = set(re.findall(r"`make ([a-z0-9-]+)", text)) | set(re.findall(r"^make ([a-z0-9-]+)", text, re.MULTILINE))
    assert named - TARGETS == set()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: str(p.relative_to(PROJECT)))
def test_files_that_documents_name_exist(path):
    roots = "ingest|orchestration|dbt_project|tests|docs"
    named = re.findall(rf"`((?:{roots})/[\w./-]+\.(?:py|sql|yml|md|csv|j2|js))`", path.read_text())
    assert [name for name in named if not (PROJECT / name).exists()] == []


def test_every_make_target_has_a_line_of_help_and_is_phony():
    documented = set(re.findall(r"^([a-z0-9-]+):.*## ", MAKEFILE, re.MULTILINE))
    assert documented == TARGETS == set(re.search(r"^\.PHONY: (.*)", MAKEFILE, re.MULTILINE)[1].split())


def test_the_version_is_that_of_pyproject_and_the_changelog():
    changelog = (PROJECT / "CHANGELOG.md").read_text()
    versions = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", changelog, re.MULTILINE)
    assert versions[0] == PROJECT_TABLE["version"]
    literal = re.compile(rf"""["']{re.escape(PROJECT_TABLE["version"])}["']""")
    code = [*(PROJECT / "ingest").rglob("*.py"), *(PROJECT / "orchestration").rglob("*.py")]
    code += (PROJECT / "dbt_project").glob("*.yml")
    assert [p.name for p in code if literal.search(p.read_text())] == []


def test_the_readme_is_short_and_names_both_commands():
    text = (PROJECT / "README.md").read_text()
    assert len(text.splitlines()) < 120
    assert {"run", "test"} <= set(re.findall(r"^make ([a-z]+)", text, re.MULTILINE))


def test_the_diagram_of_imports_has_the_layers_of_the_import_contracts():
    diagram = (PROJECT / "docs" / "architecture.md").read_text().split("```mermaid")[2].split("```")[0]
    label = dict(re.findall(r"(\w+)\[([\w.]+)\]", diagram))
    chains = [re.sub(r"\[[^\]]*\]", "", line).split("-->") for line in diagram.splitlines() if "-->" in line]
    rows = [[{label[name.strip()] for name in part.split("&")} for part in chain] for chain in chains]
    drawn = {(upper, lower) for row in rows for above, below in pairwise(row) for upper in above for lower in below}

    contracts = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    outer, inner = (
        [set(re.split(r" [|:] ", layer)) for layer in c["layers"]] for c in contracts if c["type"] == "layers"
    )
    layers = outer[:-1] + [names for names in inner if names <= set(label.values())]
    assert drawn == {(upper, lower) for above, below in pairwise(layers) for upper in above for lower in below}


@pytest.mark.parametrize("command", re.findall(r"`(make [a-z-]+)`", (PROJECT / "CONTRIBUTING.md").read_text()))
def test_make_knows_the_commands_of_contributing(command):
    dry_run = subprocess.run([*command.split(), "--dry-run"], cwd=PROJECT, capture_output=True, text=True)
    assert dry_run.returncode == 0, dry_run.stderr
