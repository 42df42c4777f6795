"""The environments of other people's clients: built once, and never skipped for a wrong reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from client_environments import IndexOutOfReach, environment


@pytest.fixture
def requirements(tmp_path: Path) -> Path:
    """Return a folder with a client that no index has, and one that needs nothing."""
    folder = tmp_path / "requirements"
    folder.mkdir()
    (folder / "nothing.txt").write_text("")
    (folder / "ghost.txt").write_text("six==999.0\n")
    return folder


def test_environment_is_built_once(tmp_path: Path, requirements: Path) -> None:
    """A second call changes nothing; other requirements make it anew."""
    made = environment("nothing", cache=tmp_path / "cache", requirements=requirements)
    assert (made / "bin" / "python").exists()
    (made / "mark").touch()
    assert environment("nothing", cache=tmp_path / "cache", requirements=requirements) == made
    assert (made / "mark").exists()
    (requirements / "nothing.txt").write_text("# now with a remark\n")
    environment("nothing", cache=tmp_path / "cache", requirements=requirements)
    assert not (made / "mark").exists()


def test_unreachable_index_is_told_apart(
    tmp_path: Path, requirements: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no index answers, the reason says so, and what was begun does not pass for made."""
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    with pytest.raises(IndexOutOfReach, match="no package index answers, so there is no ghost"):
        environment("ghost", cache=tmp_path / "cache", requirements=requirements)
    assert not (tmp_path / "cache" / "ghost" / ".ready").exists()


def test_wrong_pin_is_no_reason_to_skip(
    tmp_path: Path, requirements: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A version that is not to be had is a mistake of ours, which fails instead of skipping."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(RuntimeError, match="No matching distribution found for six==999"):
        environment("ghost", cache=tmp_path / "cache", requirements=requirements)
