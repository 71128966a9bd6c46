"""Where the project's files are found."""

import pytest

from ingest.errors import Misconfigured
from ingest.paths import project_folder
from tests.support.homes import PROJECT


@pytest.fixture
def project(tmp_path):
    """The least that makes a folder a project."""
    (tmp_path / "mine" / "dbt_project" / "models").mkdir(parents=True)
    (tmp_path / "mine" / "dbt_project" / "dbt_project.yml").touch()
    (tmp_path / "mine" / "workspace.yaml").touch()
    return tmp_path / "mine"


@pytest.mark.parametrize("below", [".", "dbt_project", "dbt_project/models"])
def test_a_project_is_found_from_every_folder_inside_it(project, below, monkeypatch):
    monkeypatch.chdir(project / below)
    assert project_folder() == project


def test_the_checkout_is_the_project_outside_of_any(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert project_folder() == PROJECT


def test_the_setting_comes_before_the_working_directory(project, monkeypatch):
    monkeypatch.setenv("MACROTAPE_PROJECT", str(project))
    assert project_folder() == project


def test_a_setting_that_names_no_project_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("MACROTAPE_PROJECT", str(tmp_path))
    with pytest.raises(Misconfigured, match=r"MACROTAPE_PROJECT=.* has no dbt_project/dbt_project\.yml"):
        project_folder()
