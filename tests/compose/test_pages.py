"""What the pages say of Compose is what the code does."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest

from fargate_kit.cli.app import run
from fargate_kit.compose.ecs_params import PARAMS_RULES
from fargate_kit.compose.rules import RULES, BaseRule
from fargate_kit.compose.verdicts import Verdict

HERE = Path(__file__).parents[2]
GUIDE = HERE / "examples" / "guide" / "compose"
HOW_TO = HERE / "docs" / "how-to" / "compose.md"
FIDELITY = HERE / "docs" / "explanation" / "compose-fidelity.md"
BEGIN, END = "<!-- keys: begin -->\n", "<!-- keys: end -->"


def commands() -> list[str]:
    """Return the commands of the how-to page that need no network."""
    blocks = re.findall(r"```sh\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith("fargate-kit compose ")]


def rows(rules: dict[str, BaseRule], prefix: str) -> list[str]:
    lines = []
    for verdict in Verdict:
        for way, rule in rules.items():
            if rule.verdict is verdict:
                said = "; ".join(part for part in (rule.becomes, rule.reason, rule.remedy) if part)
                lines.append(f"| `{prefix}{way}` | {verdict} | {said} |")
    return lines


def keys_table() -> str:
    """Return every rule as a table, mildest verdicts first."""
    heading = ["| key | verdict | becomes, or why not |", "|---|---|---|"]
    lines = ["", *heading, *rows(RULES, ""), "", "### `ecs-params.yml`", "", *heading]
    return "\n".join([*lines, *rows(PARAMS_RULES, ""), "", ""])


def test_page_lists_every_rule() -> None:
    """The table of keys is what the code decides; `RENEW_DOCS=1` renews it."""
    text = FIDELITY.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    renewed = before + BEGIN + keys_table() + END + after
    if os.environ.get("RENEW_DOCS"):
        FIDELITY.write_text(renewed, encoding="utf-8")
    else:
        assert renewed == text, "RENEW_DOCS=1 make test renews the table"


@pytest.mark.parametrize("command", commands())
def test_commands_of_the_page_work(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever types them in the guide's folder gets an answer and no problem."""
    monkeypatch.chdir(GUIDE)
    assert run(shlex.split(command)[1:]) == 0
    assert "wordpress" in capsys.readouterr().out


def test_python_of_the_page_works(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The example in Python runs as it stands."""
    monkeypatch.chdir(GUIDE)
    (code,) = re.findall(r"```python\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL)
    exec(compile(code, str(HOW_TO), "exec"), {})  # noqa: S102
    assert "wordpress 1 256 512" in capsys.readouterr().out
