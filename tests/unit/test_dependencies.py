"""What is installed is what was locked, by hash, agrees with itself, and may be used: all of it known offline.

Whether a version was withdrawn or has a known hole is the index's and an adviser's knowledge: `pip install` warns of
the first, and no test here claims the second.
"""

import ast
import re
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.markers import Marker, default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parents[2]
# what everybody installs, and what the extra `spark` adds to it in an environment of its own
LOCKS = {name: (PROJECT / name).read_text() for name in ("requirements.lock", "requirements-spark.lock")}
BLOCK = re.compile(r"^([a-z0-9._-]+)(?:\[[\w,]+\])?==([^\s\\;]+)(?: ;([^\\\n]+))?((?:.*\\\n)*.*)$", re.M)
BLOCKS = {name: BLOCK.findall(text) for name, text in LOCKS.items()}
LOCKED = {
    name: version
    for blocks in BLOCKS.values()
    for name, version, marker, _ in blocks
    if not marker or Marker(marker.strip()).evaluate()
}
DECLARED = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
# Licences whose terms would reach the code that uses them.
STRONG_COPYLEFT = re.compile(r"\bA?GPL|GNU (Affero )?General Public", re.I)


def installed(name):
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None  # locked for another system


def licence(found):
    about = found.metadata
    said = [about.get("License-Expression"), about.get("License"), *(about.get_all("Classifier") or [])]
    return [text.splitlines()[0] for text in said if text and (text not in said[2:] or text.startswith("License ::"))]


@pytest.mark.parametrize(("lock", "least"), [("requirements.lock", 100), ("requirements-spark.lock", 5)])
def test_every_requirement_is_one_version_with_hashes_and_no_address(lock, least):
    lines = [line for line in LOCKS[lock].splitlines() if line and not line.startswith((" ", "#"))]
    assert len(BLOCKS[lock]) == len(lines) > least
    for name, _, _, rest in BLOCKS[lock]:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", rest), name
    assert not re.search(r"https?://|@ |git\+|--(extra-)?index|--trusted|--find-links", LOCKS[lock])


def test_spark_is_in_no_default_install():
    default, added = ({name for name, *_ in blocks} for blocks in BLOCKS.values())
    assert {"pyspark", "dbt-spark", "py4j"} <= added
    assert not default & added


def test_what_is_installed_is_what_was_locked():
    other = {n: f.version for n, v in LOCKED.items() if (f := installed(n)) and f.version != v}
    assert other == {}


def test_what_is_installed_agrees_with_itself():
    environment, broken = default_environment() | {"extra": ""}, []
    for name in LOCKED:
        found = installed(name)
        for text in (found.requires or []) if found else []:
            wanted = Requirement(text)
            if wanted.marker and not wanted.marker.evaluate(environment):
                continue
            held = LOCKED.get(canonicalize_name(wanted.name))
            if held is None or not wanted.specifier.contains(held, prereleases=True):
                broken.append(f"{name} wants {text}, locked is {held}")
    assert broken == []


def test_what_is_declared_is_locked():
    extras = DECLARED["optional-dependencies"]
    wanted = [Requirement(t) for t in (*DECLARED["dependencies"], *extras["dev"], *extras["spark"])]
    for requirement in wanted:
        assert requirement.specifier.contains(LOCKED[canonicalize_name(requirement.name)]), requirement


def test_every_licence_is_stated_and_none_reaches_this_code():
    stated = {name: licence(found) for name in LOCKED if (found := installed(name))}
    silent = [name for name, said in stated.items() if not said]
    # of a choice of licences one that does not is enough
    storage_errors = {n: said for n, said in stated.items() if said and all(map(STRONG_COPYLEFT.search, said))}
    assert storage_errors == {}
    assert silent == []


@pytest.mark.parametrize("package", ["ingest", "orchestration"])
def test_what_is_imported_is_declared(package):
    declared = {canonicalize_name(Requirement(text).name) for text in DECLARED["dependencies"]}
    owners, undeclared = packages_distributions(), {}
    for path in (PROJECT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            for top in (
                {name.split(".")[0] for name in names} - set(sys.stdlib_module_names) - {"ingest", "orchestration"}
            ):
                if not {canonicalize_name(owner) for owner in owners.get(top, [])} & declared:
                    undeclared.setdefault(top, str(path.relative_to(PROJECT)))
    assert undeclared == {}
