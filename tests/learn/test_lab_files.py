"""The files of a lesson: written where nobody else writes, and nothing of a learner's is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from fargate_kit.errors import ConfigurationError
from fargate_kit.learn.files import LabFiles


def test_file_goes_into_the_folder_of_the_lab(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder is made when it is needed, and the path is as one would type it."""
    monkeypatch.chdir(tmp_path)
    files = LabFiles(tmp_path / "lab-07")
    assert not (tmp_path / "lab-07").exists()
    file = files.write("blog.yaml", "\nservices:\n  web:\n")
    assert file == Path("lab-07/blog.yaml")
    assert file.read_text(encoding="utf-8") == "services:\n  web:\n"


def test_what_the_lab_wrote_is_written_again(tmp_path: Path) -> None:
    """A cell that is changed and run again leaves no copies behind."""
    files = LabFiles(tmp_path)
    for text in ("a", "b", "b", "a"):
        files.write("blog.yaml", text)
    assert [each.name for each in tmp_path.iterdir()] == ["blog.yaml"]
    assert (tmp_path / "blog.yaml").read_text(encoding="utf-8") == "a\n"


def test_what_a_learner_wrote_is_put_aside(tmp_path: Path) -> None:
    """A changed file and one of another day both keep their words, under names of their own."""
    files = LabFiles(tmp_path)
    file = files.write("blog.yaml", "a")
    file.write_text("mine\n", encoding="utf-8")
    files.write("blog.yaml", "a")
    assert (tmp_path / "blog.kept-1.yaml").read_text(encoding="utf-8") == "mine\n"
    LabFiles(tmp_path).write("blog.yaml", "b")
    assert (tmp_path / "blog.kept-2.yaml").read_text(encoding="utf-8") == "a\n"
    assert (tmp_path / "blog.yaml").read_text(encoding="utf-8") == "b\n"


@pytest.mark.parametrize("name", ["../x.yaml", "a/b.yaml", "", ".", ".env", "/etc/x"])
def test_name_that_leads_elsewhere_is_refused(name: str, tmp_path: Path) -> None:
    """A lesson writes into its own folder only."""
    with pytest.raises(ConfigurationError, match="no plain file name"):
        LabFiles(tmp_path / "lab-07").write(name, "x")
    assert list(tmp_path.iterdir()) == []


def test_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """The reason of the system is in the message."""
    (tmp_path / "lab-07").write_text("a file", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="cannot write"):
        LabFiles(tmp_path / "lab-07").write("blog.yaml", "x")
