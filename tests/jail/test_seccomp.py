"""The filter's numbers are the kernel's, and the program does what the rules say, on both architectures."""

from __future__ import annotations

import errno
import re
import struct
from pathlib import Path

import pytest

from autograder.jail import seccomp, syscalls

HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}
AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
ALLOW, KILL = 0x7FFF0000, 0x80000000
OWN_PID = 4711


def refused(number: int) -> int:
    return 0x00050000 | number


def verdict(program: bytes, architecture: int, number: int, *arguments: int) -> int:
    """What the kernel would answer: a small interpreter of the instructions that the filter uses."""
    data = struct.pack("<II8x6Q", number, architecture, *(*arguments, *[0] * (6 - len(arguments))))
    code = [struct.unpack_from("<HBBI", program, at) for at in range(0, len(program), 8)]
    accumulator = at = 0
    while True:
        operation, if_true, if_false, value = code[at]
        at += 1
        if operation == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, value)
        elif operation == 0x54:
            accumulator &= value
        elif operation == 0x15:
            at += if_true if accumulator == value else if_false
        elif operation == 0x35:
            at += if_true if accumulator >= value else if_false
        else:
            assert operation == 0x06
            return value


@pytest.mark.parametrize("architecture", syscalls.ARCHITECTURES)
def test_the_numbers_are_those_of_the_kernels_headers(architecture: str):
    """As far as the headers of this machine go."""
    header = HEADERS[architecture]
    if not header.exists():
        pytest.skip(f"no {header}")
    text = header.read_text()
    kernel = {name: int(number) for name, number in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", text)}
    if architecture == "aarch64":
        kernel["newfstatat"] = kernel.get("fstatat", 79)
    ours = syscalls.numbers(architecture)
    assert {name: kernel.get(name, number) for name, number in ours.items()} == ours
    assert len(ours.keys() & kernel.keys()) > 150


def test_another_architecture_has_no_table():
    """And so no filter."""
    with pytest.raises(KeyError):
        seccomp.assemble("riscv64", 1)


@pytest.mark.parametrize("architecture", syscalls.ARCHITECTURES)
@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("read", (), ALLOW),
        ("execve", (), refused(errno.EACCES)),
        ("socket", (2, 1), refused(errno.ENETUNREACH)),
        ("ptrace", (), KILL),
        ("clone", (0x3D0F00,), ALLOW),
        ("clone", (0x1200011,), refused(errno.EAGAIN)),
        ("clone3", (), refused(errno.ENOSYS)),
        ("kill", (OWN_PID, 9), ALLOW),
        ("kill", (1, 9), refused(errno.EPERM)),
        ("kill", (0xFFFFFFFF, 9), refused(errno.EPERM)),
        ("mmap", (0, 4096, 3, 0x22), ALLOW),
        ("mmap", (0, 4096, 3, 0x21), refused(errno.EPERM)),
        ("mmap", (0, 4096, 1, 0x01), ALLOW),
        ("mmap", (0, 4096, 3, 0x122), refused(errno.EPERM)),
        ("openat", (0, 0, 0o1000), refused(errno.EPERM)),
        ("openat", (0, 0, 0o1001), ALLOW),
        ("fcntl", (1, 4), ALLOW),
        ("fcntl", (1, 8), refused(errno.EPERM)),
        ("ioctl", (1, 0x5401), ALLOW),
        ("ioctl", (1, 0x5412), refused(errno.ENOTTY)),
        ("prlimit64", (0, 7, 0), ALLOW),
        ("prlimit64", (0, 7, 1 << 32), refused(errno.EPERM)),
        ("prlimit64", (5, 7, 0), refused(errno.EPERM)),
        ("sendto", (3, 0, 5, 0, 0), ALLOW),
        ("sendto", (3, 0, 5, 0, 1 << 32), refused(errno.EPERM)),
        ("socketpair", (1, 1), ALLOW),
        ("socketpair", (16, 3), refused(errno.EPERM)),
        ("prctl", (15,), ALLOW),
        ("prctl", (1,), refused(errno.EPERM)),
    ],
)
def test_calls_end_as_the_rules_say(architecture: str, name: str, arguments: tuple[int, ...], expected: int):
    """Upper halves of arguments included."""
    program = seccomp.assemble(architecture, OWN_PID)
    number = syscalls.numbers(architecture)[name]
    assert verdict(program, AUDIT_ARCH[architecture], number, *arguments) == expected


@pytest.mark.parametrize("architecture", syscalls.ARCHITECTURES)
def test_what_is_not_named_is_refused(architecture: str):
    """New system calls of later kernels, too; those of other architectures kill."""
    program = seccomp.assemble(architecture, OWN_PID)
    named = set(syscalls.numbers(architecture).values())
    unnamed = [number for number in range(1000) if number not in named]
    answers = {verdict(program, AUDIT_ARCH[architecture], number) for number in unnamed}
    assert answers == {refused(errno.EPERM)}
    assert verdict(program, 0x40000003, 0) == KILL
    assert verdict(program, AUDIT_ARCH[architecture], 0x40000000) == KILL
