"""Sizes, durations and CPUs in Compose's spellings; the smallest Fargate size that fits."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fargate_kit.compose import ProjectFiles, convert
from fargate_kit.compose.short_forms import Port, VolumeUse, parse_port, parse_volume
from fargate_kit.compose.units import bytes_in, cpu_units, mebibytes, seconds_in
from fargate_kit.model.sizes import Size, sizes


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1", 1),
        ("2b", 2),
        ("1k", 1024),
        ("1kb", 1024),
        ("10M", 10 * 1024**2),
        ("0.5GB", 512 * 1024**2),
        ("2GiB", 2 * 1024**3),
        ("524288000", 524288000),
    ],
)
def test_sizes_are_read(text: str, amount: int) -> None:
    """Units are powers of 1024, in small or capital letters."""
    assert bytes_in(text) == amount


@pytest.mark.parametrize("text", ["", "m", "-1", "1x", "1 2", "lots"])
def test_what_is_no_size_is_refused(text: str) -> None:
    """A text that is no size is not taken for one."""
    with pytest.raises(ValueError, match="no size"):
        bytes_in(text)


def test_memory_is_rounded_up_to_whole_mebibytes() -> None:
    """A container gets no less than was asked for."""
    assert mebibytes("1048577") == (2, False)
    assert mebibytes("512m") == (512, True)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", "30"), ("1m30s", "90"), ("1h", "3600"), ("500ms", "0.5"), ("1.5s", "1.5"), ("7", "7")],
)
def test_durations_are_read(text: str, seconds: str) -> None:
    """Parts add up; a number alone is seconds."""
    assert seconds_in(text) == Decimal(seconds)


@pytest.mark.parametrize("text", ["", "s", "1m x", "-5s", "soon", "1s1"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    """A text that is no duration is not taken for one."""
    with pytest.raises(ValueError, match="no duration"):
        seconds_in(text)


@pytest.mark.parametrize("text", ["many", "-1", "NaN", "inf", "", "1e99"])
def test_what_is_no_number_of_cpus_is_refused(text: str) -> None:
    """Neither words nor numbers without sense are CPUs."""
    with pytest.raises(ValueError, match="no number of CPUs"):
        cpu_units(text)


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ("80", Port(target="80")),
        ("8080:80", Port(target="80", published="8080")),
        ("127.0.0.1:8080:80", Port(target="80", published="8080", host_ip="127.0.0.1")),
        ("127.0.0.1::80", Port(target="80", host_ip="127.0.0.1")),
        (
            "[::1]:8080:80/UDP",
            Port(target="80", published="8080", host_ip="::1", protocol="udp"),
        ),
        ("3000-3002:4000-4002", Port(target="4000-4002", published="3000-3002")),
    ],
)
def test_short_ports_are_read(text: str, port: Port) -> None:
    """Host address, published port and protocol may be there or not."""
    assert parse_port(text) == port


@pytest.mark.parametrize("text", ["", "http", "80:", "1:2:3:4", "80/", "80/tcp/udp"])
def test_what_is_no_port_is_refused(text: str) -> None:
    """A text that is no port is not taken for one."""
    with pytest.raises(ValueError, match="no port"):
        parse_port(text)


@pytest.mark.parametrize(
    ("text", "use"),
    [
        ("/data", VolumeUse(kind="volume", source="", target="/data")),
        ("data:/d", VolumeUse(kind="volume", source="data", target="/d")),
        ("data:/d:ro", VolumeUse(kind="volume", source="data", target="/d", read_only=True)),
        ("./d:/d:rw,z", VolumeUse(kind="bind", source="./d", target="/d")),
        ("~/d:/d", VolumeUse(kind="bind", source="~/d", target="/d")),
        ("C:\\d:/d", VolumeUse(kind="bind", source="C:\\d", target="/d")),
    ],
)
def test_short_volumes_are_read(text: str, use: VolumeUse) -> None:
    """A path is a bind mount, a name is a volume, a path alone is an anonymous volume."""
    assert parse_volume(text) == use


@given(cpus=st.integers(1, 64), memory=st.integers(1, 480), count=st.integers(1, 4))
def test_the_size_is_the_smallest_that_fits(
    tmp_path_factory: pytest.TempPathFactory, cpus: int, memory: int, count: int
) -> None:
    """No smaller legal size would hold what the containers are limited to."""
    file: Path = tmp_path_factory.getbasetemp() / "size.yaml"
    lines = ["services:"]
    for number in range(count):
        limits = f"cpus: {cpus / 4}, mem_limit: {memory * 256}m"
        lines.append(f"  s{number}: {{image: 'acme/any:1', {limits}}}")
    file.write_text("\n".join(lines), encoding="utf-8")
    conversion = convert(ProjectFiles(files=[str(file)], name="size"))
    fitting = [
        size
        for size in sizes()
        if size.cpu >= cpus * 256 * count and size.memory >= memory * 256 * count
    ]
    if conversion.plan is None:
        assert not fitting
        assert "largest size" in conversion.problems[0].message
    else:
        (service,) = conversion.plan.services
        assert Size(int(str(service.task.cpu)), int(str(service.task.memory))) == fitting[0]
