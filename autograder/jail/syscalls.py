"""Numbers of the Linux system calls that the jail's filter names, on x86_64 and on aarch64 (`-`: it has no such call).

Source: asm/unistd_64.h and asm-generic/unistd.h of the Linux kernel; tests/jail/test_seccomp.py compares them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

ARCHITECTURES = ("x86_64", "aarch64")

_TABLE = """
read 0 63, write 1 64, readv 19 65, writev 20 66, pread64 17 67, pwrite64 18 68, preadv 295 69, pwritev 296 70,
preadv2 327 286, pwritev2 328 287, close 3 57, close_range 436 436, lseek 8 62, stat 4 -, fstat 5 80, lstat 6 -,
newfstatat 262 79, statx 332 291, statfs 137 43, fstatfs 138 44, access 21 -, faccessat 269 48, faccessat2 439 439,
getdents 78 -, getdents64 217 61, readlink 89 -, readlinkat 267 78, getcwd 79 17, chdir 80 49, fchdir 81 50,
dup 32 23, dup2 33 -, dup3 292 24, pipe 22 -, pipe2 293 59, poll 7 -, ppoll 271 73, select 23 -, pselect6 270 72,
epoll_create 213 -, epoll_create1 291 20, epoll_ctl 233 21, epoll_wait 232 -, epoll_pwait 281 22, eventfd 284 -,
eventfd2 290 19, timerfd_create 283 85, timerfd_settime 286 86, timerfd_gettime 287 87, fsync 74 82,
fdatasync 75 83, sync_file_range 277 84, ftruncate 77 46, truncate 76 45, fallocate 285 47, fadvise64 221 223,
readahead 187 213, copy_file_range 326 285, sendfile 40 71, flock 73 32, rename 82 -, renameat 264 38,
renameat2 316 276, unlink 87 -, unlinkat 263 35, mkdir 83 -, mkdirat 258 34, rmdir 84 -, link 86 -, linkat 265 37,
symlink 88 -, symlinkat 266 36, creat 85 -, umask 95 166, munmap 11 215, mprotect 10 226, mremap 25 216,
madvise 28 233, brk 12 214, mincore 27 232, msync 26 227, membarrier 324 283, rt_sigaction 13 134,
rt_sigprocmask 14 135, rt_sigreturn 15 139, rt_sigtimedwait 128 137, rt_sigsuspend 130 133, rt_sigpending 127 136,
sigaltstack 131 132, pause 34 -, restart_syscall 219 128, exit 60 93, exit_group 231 94, wait4 61 260,
waitid 247 95, getpid 39 172, getppid 110 173, gettid 186 178, getuid 102 174, geteuid 107 175, getgid 104 176,
getegid 108 177, getresuid 118 148, getresgid 120 150, getgroups 115 158, getpgid 121 155, getpgrp 111 -,
getsid 124 156, capget 125 90, getrlimit 97 163, getrusage 98 165, times 100 153, sysinfo 99 179, uname 63 160,
getcpu 309 168, sched_getaffinity 204 123, sched_yield 24 124, sched_getparam 143 121, sched_getscheduler 145 120,
sched_get_priority_max 146 125, sched_get_priority_min 147 126, getpriority 140 141, clock_gettime 228 113,
clock_getres 229 114, clock_nanosleep 230 115, nanosleep 35 101, gettimeofday 96 169, time 201 -, getitimer 36 102,
setitimer 38 103, alarm 37 -, timer_create 222 107, timer_settime 223 110, timer_gettime 224 108,
timer_delete 226 111, timer_getoverrun 225 109, futex 202 98, futex_waitv 449 449, set_robust_list 273 99,
get_robust_list 274 100, set_tid_address 218 96, rseq 334 293, getrandom 318 278, recvfrom 45 207, shutdown 48 210,
getsockopt 55 209, getsockname 51 204, getpeername 52 205, open 2 -, openat 257 56, openat2 437 437, mmap 9 222,
clone 56 220, clone3 435 435, fork 57 -, vfork 58 -, execve 59 221, execveat 322 281, kill 62 129, tgkill 234 131,
tkill 200 130, rt_sigqueueinfo 129 138, rt_tgsigqueueinfo 297 240, prlimit64 302 261, ioctl 16 29, fcntl 72 25,
prctl 157 167, socket 41 198, socketpair 53 199, sendto 44 206, ptrace 101 117, process_vm_readv 310 270,
process_vm_writev 311 271, pidfd_open 434 434, pidfd_getfd 438 438, pidfd_send_signal 424 424, kcmp 312 272,
bpf 321 280, io_uring_setup 425 425, io_uring_enter 426 426, io_uring_register 427 427, userfaultfd 323 282,
perf_event_open 298 241, add_key 248 217, request_key 249 218, keyctl 250 219, mount 165 40, umount2 166 39,
move_mount 429 429, open_tree 428 428, fsopen 430 430, fsconfig 431 431, fsmount 432 432, fspick 433 433,
mount_setattr 442 442, unshare 272 97, setns 308 268, chroot 161 51, pivot_root 155 41, init_module 175 105,
finit_module 313 273, delete_module 176 106, kexec_load 246 104, kexec_file_load 320 294, reboot 169 142,
swapon 167 224, swapoff 168 225, acct 163 89, clock_settime 227 112, settimeofday 164 170, clock_adjtime 305 266,
adjtimex 159 171, open_by_handle_at 304 265, name_to_handle_at 303 264, iopl 172 -, ioperm 173 -, modify_ldt 154 -,
capset 126 91
"""


@cache
def numbers(architecture: str) -> Mapping[str, int]:
    """System call → its number. Raises: KeyError for an architecture without a table."""
    if architecture not in ARCHITECTURES:
        raise KeyError(architecture)
    column = ARCHITECTURES.index(architecture)
    rows = [entry.split() for entry in _TABLE.replace("\n", " ").split(",")]
    return {name: int(columns[column]) for name, *columns in rows if columns[column] != "-"}
