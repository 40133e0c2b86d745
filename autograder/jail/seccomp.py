"""Seccomp by ctypes: from here on this process makes only the system calls that computing needs.

Refused with an error that says why: other processes (EAGAIN), programs (EACCES), network (ENETUNREACH), all else
(EPERM). Attempts at tracing, mounting, new namespaces and the like kill the process. Threads, files (which Landlock
governs), timers and the process's own signals work. Filters check the architecture first, so neither 32-bit nor x32
calls pass. What remains reachable of the kernel is the list below: a bug in one of those calls is not stopped.
Source: Documentation/userspace-api/seccomp_filter.rst and linux/{filter,seccomp,audit}.h of the Linux kernel.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from dataclasses import dataclass
from functools import cache

from autograder.jail.libc import libc
from autograder.jail.syscalls import ARCHITECTURES, numbers

_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _PR_GET_SECCOMP = 38, 22, 21
_MODE_FILTER = 2

# Classic BPF: opcodes, and where seccomp_data keeps its fields (little endian).
_LOAD, _AND, _JUMP_IF_EQUAL, _JUMP_IF_NOT_BELOW, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_X32_BIT = 0x40000000

_ALLOW = 0x7FFF0000
_KILL = 0x80000000


def _error(number: int) -> int:
    return 0x00050000 | number


_ALLOWED = """
read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 close close_range lseek
stat fstat lstat newfstatat statx statfs fstatfs access faccessat faccessat2 getdents getdents64 readlink readlinkat
getcwd chdir fchdir dup dup2 dup3 pipe pipe2 poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait
epoll_pwait eventfd eventfd2 timerfd_create timerfd_settime timerfd_gettime fsync fdatasync sync_file_range ftruncate
truncate fallocate fadvise64 readahead copy_file_range sendfile flock rename renameat renameat2 unlink unlinkat mkdir
mkdirat rmdir link linkat symlink symlinkat creat umask
munmap mprotect mremap madvise brk mincore msync membarrier
rt_sigaction rt_sigprocmask rt_sigreturn rt_sigtimedwait rt_sigsuspend rt_sigpending sigaltstack pause restart_syscall
exit exit_group wait4 waitid getpid getppid gettid getuid geteuid getgid getegid getresuid getresgid getgroups getpgid
getpgrp getsid capget getrlimit getrusage times sysinfo uname getcpu sched_getaffinity sched_yield sched_getparam
sched_getscheduler sched_get_priority_max sched_get_priority_min getpriority
clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time getitimer setitimer alarm timer_create
timer_settime timer_gettime timer_delete timer_getoverrun
futex futex_waitv set_robust_list get_robust_list set_tid_address rseq getrandom
recvfrom shutdown getsockopt getsockname getpeername
"""

_HOSTILE = """
ptrace process_vm_readv process_vm_writev pidfd_open pidfd_getfd pidfd_send_signal kcmp bpf io_uring_setup
io_uring_enter io_uring_register userfaultfd perf_event_open add_key request_key keyctl mount umount2 move_mount
open_tree fsopen fsconfig fsmount fspick mount_setattr unshare setns chroot pivot_root init_module finit_module
delete_module kexec_load kexec_file_load reboot swapon swapoff acct clock_settime settimeofday clock_adjtime adjtimex
open_by_handle_at name_to_handle_at iopl ioperm modify_ldt
"""

_REFUSED = {
    "fork": errno.EAGAIN,
    "vfork": errno.EAGAIN,
    "clone3": errno.ENOSYS,  # the C library then takes `clone`, whose flags a filter can read
    "openat2": errno.ENOSYS,  # likewise
    "execve": errno.EACCES,
    "execveat": errno.EACCES,
    "socket": errno.ENETUNREACH,
}


@dataclass(frozen=True)
class _Condition:
    """On the lower half of one argument, masked: it is one of `values`; or, `negated`, it is not the only one of them.

    With `whole` the upper half must be 0 as well.
    """

    argument: int
    mask: int
    values: tuple[int, ...]
    negated: bool = False
    whole: bool = False


_CLONE_THREAD = 0x10000
_MAP_SHARED_ANONYMOUS, _MAP_GROWSDOWN = 0x21, 0x100
_O_ACCMODE_TRUNC, _O_TRUNC = 0x203, 0x200
_EVERY_BIT = 0xFFFFFFFF
_AF_UNIX = 1
# F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_GETLK, F_SETLK, F_SETLKW, the same for open file descriptions, F_DUPFD_CLOEXEC
_FILE_COMMANDS = (0, 1, 2, 3, 5, 6, 7, 36, 37, 38, 1030)
_F_SETFL = 4
# TCGETS (what isatty asks), TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX
_DEVICE_COMMANDS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
# PR_SET_NAME, PR_GET_NAME, PR_GET_DUMPABLE, PR_GET_SECCOMP, PR_GET_NO_NEW_PRIVS, PR_SET_VMA (names of memory)
_PROCESS_COMMANDS = (15, 16, 3, 21, 39, 0x53564D41)

# Calls that pass if every condition holds; else the error.
_CONDITIONAL: dict[str, tuple[int, tuple[_Condition, ...]]] = {
    "clone": (errno.EAGAIN, (_Condition(0, _CLONE_THREAD, (_CLONE_THREAD,)),)),
    # Shared anonymous memory and stacks that grow by themselves escape the limit on memory.
    "mmap": (
        errno.EPERM,
        (
            _Condition(3, _MAP_SHARED_ANONYMOUS, (_MAP_SHARED_ANONYMOUS,), negated=True),
            _Condition(3, _MAP_GROWSDOWN, (_MAP_GROWSDOWN,), negated=True),
        ),
    ),
    # Opened for reading and truncated all the same: Landlock before its third version lets that pass.
    "open": (errno.EPERM, (_Condition(1, _O_ACCMODE_TRUNC, (_O_TRUNC,), negated=True),)),
    "openat": (errno.EPERM, (_Condition(2, _O_ACCMODE_TRUNC, (_O_TRUNC,), negated=True),)),
    # F_SETOWN and its kin make the kernel send signals to others.
    "fcntl": (errno.EPERM, (_Condition(1, _EVERY_BIT, (*_FILE_COMMANDS, _F_SETFL)),)),
    "ioctl": (errno.ENOTTY, (_Condition(1, _EVERY_BIT, _DEVICE_COMMANDS),)),
    "prctl": (errno.EPERM, (_Condition(0, _EVERY_BIT, _PROCESS_COMMANDS),)),
    # Of oneself, and only to look.
    "prlimit64": (
        errno.EPERM,
        (_Condition(0, _EVERY_BIT, (0,)), _Condition(2, _EVERY_BIT, (0,), whole=True)),
    ),
    "socketpair": (errno.EPERM, (_Condition(0, _EVERY_BIT, (_AF_UNIX,)),)),
    "sendto": (errno.EPERM, (_Condition(4, _EVERY_BIT, (0,), whole=True),)),
}
_OWN_SIGNALS = ("kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo")


def is_available() -> bool:
    """Whether this kernel filters system calls, and this architecture has a table."""
    if not sys.platform.startswith("linux") or platform.machine() not in ARCHITECTURES or sys.byteorder != "little":
        return False
    return bool(libc().prctl(_PR_GET_SECCOMP, 0, 0, 0, 0) >= 0)


def restrict() -> None:
    """Filter the system calls of this process, for good. Raises: OSError if the kernel refuses."""
    program = assemble(platform.machine(), os.getpid())
    # An array would make a type of this length, in every process.
    address = ctypes.cast(ctypes.c_char_p(program), ctypes.c_void_p).value
    header = struct.pack("HxxxxxxP", len(program) // 8, address)
    for arguments in ((_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (_PR_SET_SECCOMP, _MODE_FILTER, header, 0, 0)):
        if libc().prctl(*arguments) < 0:
            number = ctypes.get_errno()
            raise OSError(number, f"seccomp: {os.strerror(number)}")


def assemble(architecture: str, own_pid: int) -> bytes:
    """The filter as classic BPF, 8 bytes for each instruction; `own_pid` is the only process it may send signals to.

    Raises: KeyError for an architecture without a table.
    """
    number_of = numbers(architecture)
    own = _conditional(errno.EPERM, (_Condition(0, _EVERY_BIT, (own_pid,)),))
    blocks = [_block(number_of[name], own) for name in _OWN_SIGNALS]
    return b"".join([_without_signals(architecture), *blocks, _instruction(_RETURN, _error(errno.EPERM))])


@cache
def _without_signals(architecture: str) -> bytes:
    """The part of the filter that is the same for every process."""
    number_of = numbers(architecture)
    code = [
        _instruction(_LOAD, _ARCHITECTURE),
        _instruction(_JUMP_IF_EQUAL, _AUDIT_ARCH[architecture], 1, 0),
        _instruction(_RETURN, _KILL),
        _instruction(_LOAD, _NUMBER),
        _instruction(_JUMP_IF_NOT_BELOW, _X32_BIT, 0, 1),
        _instruction(_RETURN, _KILL),
    ]
    rules = {name: [_instruction(_RETURN, _ALLOW)] for name in _ALLOWED.split()}
    rules |= {name: [_instruction(_RETURN, _KILL)] for name in _HOSTILE.split()}
    rules |= {name: [_instruction(_RETURN, _error(number))] for name, number in _REFUSED.items()}
    rules |= {name: _conditional(*rule) for name, rule in _CONDITIONAL.items()}
    return b"".join([*code, *(_block(number_of[name], rule) for name, rule in rules.items() if name in number_of)])


def _block(number: int, rule: list[bytes]) -> bytes:
    """`rule` for the call with this number; any other jumps over it."""
    return b"".join([_instruction(_JUMP_IF_EQUAL, number, 0, len(rule)), *rule])


def _conditional(error_number: int, conditions: tuple[_Condition, ...]) -> list[bytes]:
    """Goes on to the next condition while they hold, and ends with ALLOW; each has its own way out."""
    block: list[bytes] = []
    refuse = _instruction(_RETURN, _error(error_number))
    for condition in conditions:
        offset = _ARGUMENTS + 8 * condition.argument
        if condition.whole:
            block += [_instruction(_LOAD, offset + 4), _instruction(_JUMP_IF_EQUAL, 0, 1, 0), refuse]
        block += [_instruction(_LOAD, offset), _instruction(_AND, condition.mask)]
        *others, last = condition.values
        for position, value in enumerate(others):  # a match jumps over the other comparisons and the refusal
            block.append(_instruction(_JUMP_IF_EQUAL, value, len(others) - position + 1, 0))
        block.append(_instruction(_JUMP_IF_EQUAL, last, *((0, 1) if condition.negated else (1, 0))))
        block.append(refuse)
    return [*block, _instruction(_RETURN, _ALLOW)]


def _instruction(operation: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("<HBBI", operation, if_true, if_false, value)
