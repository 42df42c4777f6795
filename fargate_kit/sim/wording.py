"""How AWS's texts are kept: each with a mark of how sure it is, and with places for values.

Every service has its texts in a `wording.py` of its own, where they are corrected, and
nowhere else. Where AWS's own wording is not known, the text says plainly what is wrong
and carries the mark MEM.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

from fargate_kit.sim.errors import AwsError


class Mark(enum.Enum):
    """How sure a text is."""

    V = "read in AWS documentation or in a service model"
    OBS = "seen in public logs or issue threads"
    MEM = "from memory, or our own words"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error that a request is answered with.

    Args:
        code: AWS's error code.
        text: With the names of its values in braces.
        mark: How sure the text is; the code may be surer.
    """

    code: str
    text: str
    mark: Mark

    def error(self, **values: Any) -> AwsError:
        """Make the error, ready to be raised."""
        return AwsError(self.code, self.text.format(**values))


@dataclass(frozen=True, slots=True)
class Phrase:
    """A reason that is told about a task, a container or a failure.

    Args:
        text: With the names of its values in braces.
        mark: How sure the text is.
    """

    text: str
    mark: Mark

    def say(self, **values: Any) -> str:
        """Put the values in."""
        return self.text.format(**values)


V, OBS, MEM = Mark.V, Mark.OBS, Mark.MEM
