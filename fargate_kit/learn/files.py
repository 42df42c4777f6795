"""The files that a lab writes: in its own folder, and never over what a learner has changed."""

from __future__ import annotations

import os
from pathlib import Path

from fargate_kit.errors import ConfigurationError

__all__ = ["LabFiles"]


class LabFiles:
    """Writes a lesson's files, and keeps what somebody else has written there.

    Args:
        folder: Where they go; it is made when the first file is written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._written: dict[Path, str] = {}

    def write(self, name: str, text: str) -> Path:
        """Write a file, and return its path as one would type it.

        A file that is there with other words, and that was not written here, gets another name:
        `blog.yaml` becomes `blog.kept-1.yaml`.

        Raises:
            ConfigurationError: The name leads out of the folder, or the file cannot be written.
        """
        if not name or Path(name).name != name or name.startswith("."):
            raise ConfigurationError(
                f"{name!r} is no plain file name: a lab writes into its own folder only"
            )
        file = self._folder / name
        text = text.strip("\n") + "\n"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._keep(file, text)
            file.write_text(text, encoding="utf-8")
        except OSError as error:
            raise ConfigurationError(f"cannot write {file}: {error.strerror}") from error
        self._written[file] = text
        return _typed(file)

    def _keep(self, file: Path, text: str) -> None:
        """Put a file aside that would be lost."""
        if not file.exists():
            return
        there = file.read_bytes()
        if there in {text.encode(), self._written.get(file, text).encode()}:
            return
        number = 1
        while (kept := file.with_name(f"{file.stem}.kept-{number}{file.suffix}")).exists():
            number += 1
        file.replace(kept)
        print(f"{file.name} had been changed; what was there is now {kept.name}")


def _typed(file: Path) -> Path:
    """Return a path from the working directory, if it is below."""
    try:
        return Path(os.path.relpath(file)) if file.is_relative_to(Path.cwd()) else file
    except (OSError, ValueError):
        return file
