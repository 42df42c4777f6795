"""The sizes of Fargate tasks."""

from __future__ import annotations

import pytest

from fargate_kit.model.sizes import (
    Size,
    is_legal,
    legal_cpu,
    memory_for,
    nearest_size,
    parse_cpu,
    parse_memory,
    sizes,
    smallest_size,
)


@pytest.mark.parametrize(
    ("cpu", "smallest", "largest", "step"),
    [
        (512, 1024, 4096, 1024),
        (1024, 2048, 8192, 1024),
        (2048, 4096, 16384, 1024),
        (4096, 8192, 30720, 1024),
        (8192, 16384, 61440, 4096),
        (16384, 32768, 122880, 8192),
    ],
)
def test_memory_goes_in_steps(cpu: int, smallest: int, largest: int, step: int) -> None:
    """From 512 CPU units on, memory goes in even steps between two bounds."""
    assert memory_for(cpu) == tuple(range(smallest, largest + 1, step))


def test_smallest_cpu_has_three_memories() -> None:
    """A quarter vCPU goes with half, one or two GB."""
    assert memory_for(256) == (512, 1024, 2048)


def test_sizes_are_the_table_in_order() -> None:
    """All sizes come smallest first, each legal, none twice, and the unsure ones not at all."""
    every = list(sizes())
    assert every == sorted(set(every))
    assert len(every) == 3 + 4 + 7 + 13 + 23 + 12 + 12
    assert all(is_legal(size.cpu, size.memory) for size in every)
    assert {size.cpu for size in every} == set(legal_cpu()) == {2**power for power in range(8, 15)}


def test_largest_size_is_kept_apart() -> None:
    """32 vCPU is only there when unsure sizes are asked for, with its three memories."""
    assert 32768 not in legal_cpu()
    assert legal_cpu(unsure=True)[-1] == 32768
    assert memory_for(32768) == ()
    assert memory_for(32768, unsure=True) == (61440, 122880, 249856)
    assert [size.memory for size in sizes(unsure=True) if size.cpu == 32768] == [
        61440,
        122880,
        249856,
    ]
    assert not is_legal(32768, 61440)
    assert is_legal(32768, 61440, unsure=True)
    assert not is_legal(32768, 65536, unsure=True)


@pytest.mark.parametrize(
    ("value", "units"),
    [
        (256, 256),
        ("256", 256),
        (" 1024 ", 1024),
        (".25 vCPU", 256),
        ("0.25 vCPU", 256),
        ("0.5vcpu", 512),
        ("1 vCPU", 1024),
        ("1vCPU", 1024),
        ("16 VCPU", 16384),
        ("1.5 vCPU", 1536),
        (0, 0),
    ],
)
def test_parse_cpu_takes_every_spelling(value: int | str, units: int) -> None:
    """CPU may be given in units or in vCPU, as a number or a text."""
    assert parse_cpu(value) == units


@pytest.mark.parametrize(
    ("value", "mebibytes"),
    [(512, 512), ("512", 512), ("0.5 GB", 512), ("2GB", 2048), ("1 gb", 1024), (".5 Gb", 512)],
)
def test_parse_memory_takes_every_spelling(value: int | str, mebibytes: int) -> None:
    """Memory may be given in MiB or in GB, as a number or a text."""
    assert parse_memory(value) == mebibytes


@pytest.mark.parametrize(
    "value",
    [
        "",
        "one",
        "-256",
        "1.5",
        "0.3 vCPU",
        "1 GB",
        "1 vCPUs",
        "1,5 vCPU",
        "٣",
        "9" * 5000,
        -1,
        10**30,
        True,
        1.0,
        None,
    ],
)
def test_parse_cpu_refuses_the_rest(value: int | str) -> None:
    """Anything else is refused with what would be accepted."""
    with pytest.raises(ValueError, match=r"give CPU units such as 256"):
        parse_cpu(value)


@pytest.mark.parametrize("value", ["", "512 MB", "512MiB", "1 vCPU", "0.0001 GB", "2 TB", None])
def test_parse_memory_refuses_the_rest(value: int | str) -> None:
    """Anything else is refused with what would be accepted."""
    with pytest.raises(ValueError, match=r"give MiB such as 512"):
        parse_memory(value)


@pytest.mark.parametrize(
    ("cpu", "memory", "size"),
    [
        (0, 0, Size(256, 512)),
        (256, 512, Size(256, 512)),
        (256, 513, Size(256, 1024)),
        (256, 4096, Size(512, 4096)),
        (300, 100, Size(512, 1024)),
        (8192, 17000, Size(8192, 20480)),
        (256, 122880, Size(16384, 122880)),
    ],
)
def test_smallest_size_holds_both(cpu: int, memory: int, size: Size) -> None:
    """The smallest size has at least the CPU and the memory asked for; the nearest is the same."""
    assert smallest_size(cpu, memory) == nearest_size(cpu, memory) == size


@pytest.mark.parametrize(
    ("cpu", "memory", "size"),
    [
        (20000, 1000, Size(16384, 32768)),
        (256, 200000, Size(16384, 122880)),
        (32768, 249856, Size(16384, 122880)),
    ],
)
def test_nearest_size_lacks_least_when_none_is_large_enough(
    cpu: int, memory: int, size: Size
) -> None:
    """Beyond the table there is no smallest size, and the nearest is the closest one below."""
    assert smallest_size(cpu, memory) is None
    assert nearest_size(cpu, memory) == size


def test_size_says_its_units() -> None:
    """A size prints with its units."""
    assert str(Size(256, 512)) == "256 CPU units with 512 MiB"
