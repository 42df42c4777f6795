"""The small programs that every simulated image with a shell has."""

from __future__ import annotations

from collections.abc import Mapping

from fargate_kit.sim.workloads.process import Program
from fargate_kit.sim.workloads.programs import (
    conditions,
    file_programs,
    http_clients,
    printing,
    system_programs,
    time_programs,
)

UTILITIES: Mapping[str, Program] = {
    "[": conditions.test,
    "cat": file_programs.cat,
    "curl": http_clients.curl,
    "date": time_programs.date,
    "echo": printing.echo,
    "env": system_programs.env,
    "false": system_programs.fail,
    "hostname": system_programs.hostname,
    "id": system_programs.identity,
    "mkdir": file_programs.mkdir,
    "printenv": system_programs.printenv,
    "printf": printing.printf,
    "pwd": system_programs.pwd,
    "rm": file_programs.rm,
    "seq": system_programs.seq,
    "sleep": time_programs.sleep,
    "tail": file_programs.tail,
    "test": conditions.test,
    "touch": file_programs.touch,
    "true": system_programs.succeed,
    "uname": system_programs.uname,
    "wget": http_clients.wget,
    "whoami": system_programs.whoami,
}
"""Executable files by name."""

__all__ = ["UTILITIES"]
