"""What the pages say of the code is what the code does."""

from __future__ import annotations

import os
from pathlib import Path

import botocore.session
import pytest

from fargate_kit.sim import World

DOCS = Path(__file__).parents[1] / "docs"
BEGIN, END = "<!-- operations: simulated -->\n", "<!-- end: operations -->"


def operations_table(simulated: set[str]) -> str:
    """Return the table of ECS operations: what is simulated, and what is not."""
    model = botocore.session.get_session().get_service_model("ecs")
    missing = [name for name in model.operation_names if name not in simulated]
    lines = [
        "",
        f"{len(simulated)} of {len(model.operation_names)} operations of botocore's ECS model.",
        "",
        "| | |",
        "|---|---|",
        f"| simulated | {', '.join(sorted(simulated))} |",
        f"| not simulated | {', '.join(sorted(missing))} |",
        "",
    ]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_page_lists_the_simulated_operations(world: World) -> None:
    """The table on the simulator's page is what the simulator answers.

    `RENEW_DOCS=1 make test` renews it.
    """
    page = DOCS / "explanation" / "simulator.md"
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    table = operations_table(set(world.account.ecs("us-east-1").operations))
    renewed = before + BEGIN + table + END + after
    if os.environ.get("RENEW_DOCS"):
        page.write_text(renewed, encoding="utf-8")
    else:
        assert renewed == text, "RENEW_DOCS=1 make test renews the table"


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.name)
def test_no_page_names_a_file_that_is_not_there(page: Path) -> None:
    """Files of the package that pages speak of exist."""
    package = DOCS.parent / "fargate_kit"
    for word in page.read_text(encoding="utf-8").split("`"):
        if word.startswith(("core/", "sim/", "model/")) and word.endswith(".py"):
            assert list(package.glob(word)), f"{page.name} speaks of {word}"
