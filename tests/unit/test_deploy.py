"""The files of docs/deploy load, are what Dagster expects, and refer only to what there is."""

import re
import tomllib

import pytest
import yaml
from dagster._core.instance.config import dagster_instance_config
from dagster._core.workspace.config_schema import process_workspace_config

from orchestration.defs.resources import POOL
from tests.support.homes import PROJECT

DEPLOY = PROJECT / "docs" / "deploy"
VARIABLE = re.compile(r"\$\{(\w+)(?::?[-?][^}]*)?\}")
PASSWORD = "from the environment"


@pytest.fixture
def environment(monkeypatch):
    """What the compose file gives Dagster."""
    values = {
        "DAGSTER_PG_HOST": "localhost",
        "DAGSTER_PG_PORT": "5432",
        "DAGSTER_PG_DB": "dagster",
        "DAGSTER_PG_USERNAME": "dagster",
        "DAGSTER_PG_PASSWORD": PASSWORD,
        "DAGSTER_LOGS": "/logs",
        "MACROTAPE_CODE_HOST": "code",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return values


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((DEPLOY / "docker-compose.yaml").read_text())


def env_names(node):
    """Variables a file of Dagster's names as {env: NAME}."""
    if isinstance(node, dict):
        if set(node) == {"env"}:
            return {node["env"]}
        return set().union(*map(env_names, node.values()), set())
    return set().union(*map(env_names, node), set()) if isinstance(node, list) else set()


def test_dagster_accepts_the_instance(environment):
    config, _ = dagster_instance_config(str(DEPLOY))
    assert set(config["storage"]) == {"postgres"}
    assert config["telemetry"]["enabled"] is False
    assert config["run_coordinator"]["class"] == "QueuedRunCoordinator"
    assert config["run_launcher"]["class"] == "DefaultRunLauncher"


def test_there_is_one_writer(environment):
    config, _ = dagster_instance_config(str(DEPLOY))
    assert config["concurrency"]["pools"] == {"default_limit": 1, "granularity": "op"}
    assert config["concurrency"]["runs"]["max_concurrent_runs"] == 1
    from orchestration.definitions import defs

    writing = {
        node.pool
        for job in defs.resolve_all_job_defs()
        for node in job.all_node_defs
        if getattr(node, "pool", None) is not None
    }
    assert writing == {POOL}


def test_a_misspelt_key_of_the_instance_would_be_noticed(tmp_path, environment):
    text = (DEPLOY / "dagster.yaml").read_text().replace("run_monitoring:", "run_monitorin:")
    (tmp_path / "dagster.yaml").write_text(text)
    with pytest.raises(Exception, match="run_monitorin"):
        dagster_instance_config(str(tmp_path))


def test_dagster_accepts_the_workspace(environment):
    config = process_workspace_config(yaml.safe_load((DEPLOY / "workspace.yaml").read_text()))
    assert config.success, config.errors


def test_no_file_contains_a_secret():
    for path in DEPLOY.iterdir():
        for name, value in re.findall(r"(?m)^[ -]*(\w*(?:PASSWORD|API_KEY))[:=] *(\S*)$", path.read_text()):
            assert not value or value.startswith("${"), f"{path.name}: {name}"


def test_every_variable_is_given_and_explained(compose):
    given = set(compose["x-dagster"]["environment"])
    for name in ("dagster.yaml", "workspace.yaml"):
        assert env_names(yaml.safe_load((DEPLOY / name).read_text())) <= given
    asked = set(VARIABLE.findall((DEPLOY / "docker-compose.yaml").read_text()))
    listed = set(re.findall(r"(?m)^(\w+)=", (DEPLOY / "env.example").read_text()))
    assert asked == listed
    project = set(re.findall(r"(?m)^#(\w+)=", (PROJECT / ".env.example").read_text()))
    handed = {
        n for n in compose["services"]["code"]["environment"] if n.startswith(("MACROTAPE_", "DBT_")) or "API_KEY" in n
    }
    assert handed - {"MACROTAPE_CODE_HOST"} <= project


def test_every_file_and_volume_exists(compose):
    build = compose["services"]["code"]["build"]
    root = (DEPLOY / build["context"]).resolve()
    assert root == PROJECT
    dockerfile = (root / build["dockerfile"]).read_text()
    for line in re.findall(r"(?m)^COPY (.+)$", dockerfile):
        for source in line.split()[:-1]:
            assert (root / source).exists(), source
    named = {
        v.split(":")[0] for s in compose["services"].values() for v in s.get("volumes", []) if not v.startswith("$")
    }
    assert named == set(compose["volumes"])


def test_the_image_has_every_file_that_installing_the_project_needs(compose):
    dockerfile = (PROJECT / compose["services"]["code"]["build"]["dockerfile"]).read_text()
    install = next(line for line in dockerfile.splitlines() if "--editable" in line)
    copied = re.findall(r"(?m)^COPY (.+) \S+$", dockerfile[: dockerfile.index(install)])
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    wheel = settings["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {*wheel["only-include"], *wheel["force-include"], "pyproject.toml", settings["project"]["readme"]}
    needed |= set(settings["project"]["license-files"])
    assert needed - {source for line in copied for source in line.split()} == set()


def test_every_service_is_depended_on_by_its_name(compose):
    services = compose["services"]
    for service in services.values():
        assert set(service.get("depends_on", ())) <= set(services)
    assert compose["x-dagster"]["environment"]["MACROTAPE_CODE_HOST"] in services
    assert compose["x-dagster"]["environment"]["DAGSTER_PG_HOST"] in services
    port = yaml.safe_load((DEPLOY / "workspace.yaml").read_text())["load_from"][0]["grpc_server"]["port"]
    assert str(port) in services["code"]["command"]


def test_only_the_code_sees_the_data_and_the_keys(compose):
    for name, service in compose["services"].items():
        sees = any(
            "/data" in v.split(":")[-1].split("/")[:2] or v.endswith(":/data") for v in service.get("volumes", [])
        )
        has_keys = any("API_KEY" in key for key in service.get("environment", {}))
        assert (sees, has_keys) == (name == "code", name == "code")


def test_pages_are_offered_to_this_machine_alone(compose):
    assert all(p.startswith("127.0.0.1:") for s in compose["services"].values() for p in s.get("ports", []))
