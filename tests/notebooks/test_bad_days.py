"""What learners do to a notebook: each slip gets a clear line, nothing hangs, and work goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("ipykernel")
pytest.importorskip("nbclient")

from notebook_kernel import NOTEBOOKS, Kernel, Notebook, kernel, made_of, outputs_of, read, texts_of

OPEN = "import fargate_kit as fk\nlab = await fk.learn.Lab.open(chapter=0)\naws = lab.aws"
# What a cell may end with when it was run too early or too late: the name of what is missing, or
# what the SDK, the lab or Python's own names say.
CLEAR = (
    "NameError: name ",
    "NotFound: ",
    "InvalidSpec: ",
    "LabClosed: ",
    "EndpointUnreachable: ",
    "SyntaxError: ",
)
# A machine without a network: whoever asks for anything but this machine is refused at once.
NO_NETWORK = """
import socket

def refuse(kind):
    plain = getattr(socket.socket, kind)
    def only_here(self, address):
        if isinstance(address, tuple) and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise OSError(101, f"Network is unreachable: {address}")
        return plain(self, address)
    setattr(socket.socket, kind, only_here)

for kind in ("connect", "connect_ex"):
    refuse(kind)
names = socket.getaddrinfo
def only_ours(host, *rest, **more):
    if host not in {"127.0.0.1", "::1", "localhost", None}:
        raise socket.gaierror(-3, f"Temporary failure in name resolution: {host}")
    return names(host, *rest, **more)
socket.getaddrinfo = only_ours
"""


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """Return a kernel that all bad days share: each begins with a clean namespace."""
    with kernel(tmp_path_factory.mktemp("bad-days")) as runner:
        yield runner


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Kernel]:
    """Return a kernel for a test that does not leave it as it was."""
    with kernel(tmp_path) as own:
        yield own


def stem(number: str) -> str:
    (file,) = NOTEBOOKS.glob(f"{number}_*.ipynb")
    return file.stem


def code_of(notebook: Notebook) -> Notebook:
    """Leave out the text of a notebook."""
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return notebook


def unclear(notebook: Notebook) -> list[str]:
    """Return the errors that say nothing to a learner, each with its cell."""
    return [
        f"{error['ename']}: {error['evalue']} in {cell.source}"
        for cell in notebook.cells
        for error in cell.get("outputs", ())
        if error["output_type"] == "error"
        and not f"{error['ename']}: {error['evalue']}".startswith(CLEAR)
    ]


def closed(notebook: Notebook) -> str:
    (said,) = outputs_of(notebook, "close")
    return said


def test_cells_from_the_last_to_the_first(runner: Kernel) -> None:
    """Out of order every cell ends with a clear line; in order, right after, all of them pass."""
    backwards = code_of(read(f"solutions/{stem('01')}"))
    backwards.cells.reverse()
    ran = runner.run(backwards, strict=False, forgiving=True)
    assert unclear(ran) == []
    assert any(text.startswith("NameError: name 'lab'") for text in texts_of(ran))
    in_order = runner.run(read(f"solutions/{stem('01')}"), strict=True, clean=False)
    assert closed(in_order).endswith("0 left")


def test_every_cell_twice(runner: Kernel) -> None:
    """Whatever a second run makes, nothing of it is an error, and the last cell takes it all."""
    twice = code_of(read(f"solutions/{stem('02')}"))
    *work, close = twice.cells
    twice.cells = [cell for each in work for cell in (each.copy(), each.copy())] + [close]
    for number, cell in enumerate(twice.cells):
        cell.id = f"cell-{number}"
    ran = runner.run(twice, strict=False, forgiving=True)
    assert unclear(ran) == []
    assert closed(ran).endswith("0 left")


def test_half_a_notebook_and_a_restart(own: Kernel, runner: Kernel) -> None:
    """After a restart the rest says what is missing, and the whole from its top works."""
    first, rest, whole = (code_of(read(f"solutions/{stem('01')}")) for _ in range(3))
    half = len(whole.cells) // 2
    first.cells, rest.cells = first.cells[:half], rest.cells[half:]
    own.run(first, strict=False)
    # Another kernel, as after a restart.
    ran = runner.run(rest, strict=False, forgiving=True)
    assert unclear(ran) == []
    assert texts_of(ran)[-1] == "NameError: name 'lab' is not defined"
    assert closed(runner.run(whole, strict=True)).endswith("0 left")


def test_half_a_notebook_is_taken_down(runner: Kernel) -> None:
    """Whoever stops in the middle runs the last cell, and leaves nothing behind."""
    some = code_of(read(f"solutions/{stem('02')}"))
    some.cells = [*some.cells[: len(some.cells) // 2], some.cells[-1]]
    said = closed(runner.run(some, strict=False))
    assert said.endswith("0 left")
    assert not said.startswith("0 deleted")


def test_slip_in_an_exercise(runner: Kernel) -> None:
    """A bracket too few, a wrong name, no await: the check says what is missing, the rest runs."""
    slips = iter([
        "lab.answer('0.1', len(network.subnets",
        "await aws.make_log_group('/course/first')",
        "aws.create_cluster('orientation')",
    ])
    notebook = code_of(read(stem("00")))
    for cell in notebook.cells:
        if "exercise" in cell.metadata.get("tags", ()):
            cell.source = next(slips, cell.source)
    ran = runner.run(notebook, strict=False, forgiving=True)
    errors = [text for text in texts_of(ran) if "Error" in text.partition(":")[0]]
    assert errors[0].startswith("SyntaxError: ")
    assert errors[1].startswith("AttributeError: 'Connection' object has no attribute 'make_log")
    assert len(errors) == 2
    assert all(": not yet" in said for said in outputs_of(ran, "check"))
    assert closed(ran).endswith("0 left")


def test_simulated_account_that_is_killed(runner: Kernel) -> None:
    """Each cell says that nothing answers, soon; the first one makes another account."""
    told = made_of(
        OPEN,
        "cluster = await aws.create_cluster('kept')",
        "lab.world.close()",
        "await aws.create_cluster('late')",
        "await cluster.delete()",
        'await lab.check("0.3")',
        "await lab.close()",
        OPEN,
        "[each.name async for each in lab.aws.clusters()]",
        "await lab.close()",
    )
    seen = texts_of(runner.run(told, strict=False, forgiving=True))
    for said in seen[3:5]:
        assert said.startswith("EndpointUnreachable: ")
    assert "nothing answers: run the notebook's first code cell again" in seen[5]
    assert seen[6].startswith("LabClosed: the simulated account has ended")
    assert seen[7:] == ["", "[]", "0 deleted, 0 left"]


def test_no_network(own: Kernel) -> None:
    """On a machine that reaches nobody every check passes all the same."""
    notebook = code_of(read(f"solutions/{stem('03')}"))
    notebook.cells.insert(0, made_of(NO_NETWORK).cells[0])
    probe = made_of(
        "try:\n    socket.create_connection(('192.0.2.1', 80), timeout=5)\n"
        "except OSError as error:\n    seen = str(error)\nseen"
    ).cells[0]
    notebook.cells.insert(1, probe)
    ran = own.run(notebook, strict=True)
    # Otherwise this test could not fail.
    assert "name resolution: 192.0.2.1" in texts_of(ran)[1]
    assert closed(ran).endswith("0 left")


def test_old_kernel(runner: Kernel) -> None:
    """An ipykernel before 7.4 gets a line with the remedy, and work goes on."""
    told = made_of(
        "import ipykernel\nipykernel.__version__ = '6.31.0'",
        OPEN,
        "(await aws.create_cluster('x')).status",
        "await lab.close()",
    )
    ran = runner.run(told, strict=False)
    (output,) = ran.cells[1].outputs
    assert output["text"].startswith("ipykernel 6.31.0 is older than 7.4: ")
    assert "pip install 'ipykernel>=7.4'" in output["text"]
    assert texts_of(ran)[-1] == "1 deleted, 0 left"
