"""The files of a container: texts by path, kept in memory."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field

MOST_CHARACTERS = 1 << 20
"""How long one file may become."""

_STANDARD = (
    "/ /bin /dev /etc /home /lib /mnt /opt /proc /root /run /sbin /srv /sys /tmp /usr /usr/bin "
    "/usr/lib /usr/local /usr/local/bin /usr/sbin /usr/share /var /var/lib /var/log /var/run "
    "/var/tmp"
)


class NoSpaceLeft(OSError):
    """There is no room: a file or a captured output has reached its greatest length."""

    def __init__(self) -> None:
        super().__init__("No space left on device")


def absolute(path: str, directory: str = "/") -> str:
    """Give the normal form of a path that may be relative to a directory."""
    joined = posixpath.normpath(posixpath.join(directory, path))
    return "/" + joined.lstrip("/")


@dataclass(slots=True)
class Files:
    """Text files by their absolute path.

    Volumes and the layers of an image are not simulated, so a directory comes into being
    by being written to.

    Args:
        texts: What each file contains.
        directories: Directories that exist even if they are empty.
    """

    texts: dict[str, str] = field(default_factory=dict)
    directories: dict[str, None] = field(default_factory=lambda: dict.fromkeys(_STANDARD.split()))

    def read(self, path: str) -> str | None:
        """Give a file's content; None if there is no such file."""
        return self.texts.get(path)

    def write(self, path: str, text: str, *, append: bool = False) -> None:
        """Write a file, and make the directories above it.

        Raises:
            NoSpaceLeft: The file would grow beyond `MOST_CHARACTERS`.
            IsADirectoryError: The path is that of a directory.
        """
        if self.is_directory(path):
            raise IsADirectoryError("Is a directory")
        whole = self.texts.get(path, "") + text if append else text
        if len(whole) > MOST_CHARACTERS:
            raise NoSpaceLeft
        self.make_directory(posixpath.dirname(path))
        self.texts[path] = whole

    def make_directory(self, path: str) -> None:
        """Make a directory and those above it."""
        while path not in self.directories:
            self.directories[path] = None
            path = posixpath.dirname(path)

    def remove(self, path: str, *, with_content: bool = False) -> bool:
        """Remove a file, or a directory with its content; tell whether it was there."""
        if path in self.texts:
            del self.texts[path]
            return True
        if not with_content or not self.is_directory(path):
            return False
        below = path.rstrip("/") + "/"
        for name in [name for name in self.texts if name.startswith(below)]:
            del self.texts[name]
        for name in [name for name in self.directories if name.startswith(below)]:
            del self.directories[name]
        self.directories.pop(path, None)
        return True

    def is_directory(self, path: str) -> bool:
        """Tell whether the path is that of a directory."""
        return path in self.directories

    def exists(self, path: str) -> bool:
        """Tell whether there is a file or a directory."""
        return path in self.texts or path in self.directories
