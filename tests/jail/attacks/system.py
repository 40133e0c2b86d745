"""A hostile submission: each function attacks the machine that grades it, and returns something true if it got through.

`w` describes what there is to attack (see `harness.py`): secrets, files, processes and sockets made for it. Whatever an
attack changes outside its own process it changes there, or undoes.
"""

import asyncio
import contextlib
import ctypes
import fcntl
import glob
import json
import mmap
import os
import platform
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

libc = ctypes.CDLL(None, use_errno=True)
X86 = platform.machine() == "x86_64"


def syscall(x86, arm, *arguments):
    """The raw result of a system call by its number. Numbers are whole words: of an int's, half may be anything."""
    words = [ctypes.c_long(one) if isinstance(one, int) else one for one in (x86 if X86 else arm, *arguments)]
    return libc.syscall(*words)


# Reading secrets.


def reads_by_path(w):
    return open(w["secret"]).read() == w["told"]


def walks_the_disk(w):
    return any("secret.txt" in files for _, _, files in os.walk(w["folder"]))


def globs_for_checks(w):
    return glob.glob(os.path.join(w["folder"], "**", "secret*"), recursive=True)


def reads_through_a_symbolic_link(w):
    os.symlink(w["secret"], "link")
    return open("link").read() == w["told"]


def reads_through_a_hard_link(w):
    os.link(w["secret"], os.path.join(w["folder"], "hard"))
    return os.path.exists(os.path.join(w["folder"], "hard"))


def reads_relative_to_a_folder(w):
    folder = os.open(w["folder"], os.O_PATH)
    return os.read(os.open("secret.txt", os.O_RDONLY, dir_fd=folder), 99).decode() == w["told"]


def imports_from_the_folder(w):
    sys.path.insert(0, w["folder"])
    import secret_module

    return w["told"] == secret_module.SECRET


def reads_shared_memory_of_others(w):
    return open(w["shm"]).read() == w["told"]


def reads_the_graders_environment(w):
    return open(f"/proc/{w['grader']}/environ").read()


def reads_the_graders_memory_file(w):
    with open(f"/proc/{w['grader']}/mem", "rb") as memory:
        memory.seek(w["address"])
        return memory.read(len(w["told"])).decode() == w["told"]


def lists_the_graders_files(w):
    return os.listdir(f"/proc/{w['grader']}/fd")


def reads_through_the_graders_root(w):
    return open(f"/proc/{w['grader']}/root{w['secret']}").read() == w["told"]


def lists_processes(w):
    return str(w["grader"]) in os.listdir("/proc")


def reads_memory_by_process_vm_readv(w):
    size = len(w["told"])
    mine = ctypes.create_string_buffer(size)

    class Vector(ctypes.Structure):
        _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))

    here, there = Vector(ctypes.addressof(mine), size), Vector(w["address"], size)
    n_read = syscall(310, 270, w["grader"], ctypes.byref(here), 1, ctypes.byref(there), 1, 0)
    return n_read == size and mine.raw.decode() == w["told"]


def steals_an_open_file(w):
    pidfd = syscall(434, 434, w["grader"], 0)
    stolen = syscall(438, 438, pidfd, w["open_file"], 0)
    return stolen >= 0 and os.pread(stolen, 99, 0).decode() == w["told"]


def traces_another_process(w):
    return libc.ptrace(16, w["victim"], 0, 0) == 0


def sees_the_size_of_a_known_file(w):
    return os.stat(w["secret"]).st_size == len(w["told"])


# Network.


def connects_by_tcp(w):
    return socket.create_connection(("127.0.0.1", w["tcp"]), timeout=2)


def downloads_by_http(w):
    return urllib.request.urlopen(f"http://127.0.0.1:{w['http']}/", timeout=2).read()


def sends_by_udp(w):
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"out", ("127.0.0.1", w["udp"]))


def opens_netlink(w):
    return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)


def connects_to_an_abstract_socket(w):
    one = socket.socket(socket.AF_UNIX)
    one.connect("\0" + w["abstract"])
    return True


def connects_to_a_socket_in_the_file_system(w):
    one = socket.socket(socket.AF_UNIX)
    one.connect(w["unix"])
    return True


def sends_to_an_address_from_a_pair(w):
    one, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    return one.sendto(b"out", w["datagram"])


# Other processes.


def forks(w):
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    return pid


def runs_a_program(w):
    return subprocess.check_output(["/bin/echo", "out"])


def runs_a_shell(w):
    return os.system("true") == 0


def becomes_another_program(w):
    os.execv("/bin/sh", ["sh", "-c", f"echo out > {w['marker']}"])


def spawns_by_posix_spawn(w):
    return os.posix_spawn("/bin/true", ["true"], {})


def forks_past_the_c_library(w):
    pid = syscall(57, 1079, 0) if X86 else libc.fork()
    if pid == 0:
        os._exit(0)
    return pid > 0


def clones_by_clone3(w):
    arguments = (ctypes.c_uint64 * 8)(0, 0, 0, 0, 17, 0, 0, 0)
    pid = syscall(435, 435, ctypes.byref(arguments), 64)
    if pid == 0:
        os._exit(0)
    return pid > 0


def leaves_a_daemon_behind(w):
    if os.fork() == 0:
        os.setsid()
        time.sleep(0.2)
        open(w["marker"], "w").write("out")
        os._exit(0)
    time.sleep(0.6)


def uses_multiprocessing(w):
    import multiprocessing

    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.map(len, ["ab"]) == [2]


def kills_another_process(w):
    os.kill(w["victim"], signal.SIGKILL)


def kills_by_the_queue_of_signals(w):
    info = (ctypes.c_int * 32)(signal.SIGKILL, 0, -1)
    return syscall(129, 138, w["victim"], signal.SIGKILL, ctypes.byref(info)) == 0


def kills_by_pidfd(w):
    return syscall(424, 424, syscall(434, 434, w["victim"], 0), signal.SIGKILL, None, 0) == 0


def lets_the_kernel_kill(w):
    there, back = os.pipe()
    fcntl.fcntl(there, fcntl.F_SETOWN, w["victim"])
    fcntl.fcntl(there, 10, signal.SIGKILL)  # F_SETSIG
    fcntl.fcntl(there, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
    os.write(back, b"x")
    time.sleep(0.2)


def limits_another_process(w):
    resource.prlimit(w["victim"], resource.RLIMIT_NOFILE, (3, 3))
    return resource.prlimit(w["victim"], resource.RLIMIT_NOFILE) == (3, 3)


def slows_another_process_down(w):
    os.setpriority(os.PRIO_PROCESS, w["victim"], 19)
    return os.getpriority(os.PRIO_PROCESS, w["victim"]) == 19


def moves_another_process(w):
    os.sched_setaffinity(w["victim"], {min(os.sched_getaffinity(0))})
    return True


# Tampering with files.


def overwrites_results(w):
    open(w["results"], "w").write('{"points": 100}')


def deletes_results(w):
    os.remove(w["results"])


def renames_results(w):
    os.rename(w["results"], w["results"] + ".old")


def truncates_results(w):
    os.truncate(w["results"], 0)


def replaces_results(w):
    open("mine", "w").write('{"points": 100}')
    os.replace("mine", w["results"])


def changes_the_mode(w):
    os.chmod(w["results"], 0o777)


def changes_the_times(w):
    os.utime(w["results"], (1, 1))


def changes_the_owner(w):
    os.chown(w["results"], 12345, -1)


def sets_an_attribute(w):
    os.setxattr(w["results"], "user.x", b"1")
    return True


def plants_a_module(w):
    open(os.path.join(w["folder"], "sitecustomize.py"), "w").write("x = 1")
    return True


def makes_a_folder(w):
    os.mkdir(os.path.join(w["folder"], "new"))
    return True


def makes_a_pipe_file(w):
    os.mkfifo(os.path.join(w["folder"], "pipe"))
    return True


def truncates_what_may_only_be_read(w):
    open("mine", "w").write("x")
    os.close(os.open("mine", os.O_RDONLY | os.O_TRUNC))
    return os.stat("mine").st_size == 0


def writes_shared_memory(w):
    open("/dev/shm/autograder-planted", "w").write("x")
    os.remove("/dev/shm/autograder-planted")
    return True


def writes_to_tmp(w):
    with tempfile.NamedTemporaryFile(dir=w["folder"]):
        return True


# The kernel.


def mounts(w):
    return libc.mount(b"none", w["mountpoint"].encode(), b"tmpfs", 0, None) == 0


def changes_its_root(w):
    os.chroot(w["folder"])
    return True


def unshares(w):
    return libc.unshare(0x10000000) == 0


def enters_namespaces(w):
    return libc.setns(os.open("/proc/self/ns/uts", os.O_RDONLY), 0) == 0


def loads_bpf(w):
    attribute = (ctypes.c_uint32 * 16)(2, 4, 4, 1)  # an array map
    return syscall(321, 280, 0, ctypes.byref(attribute), 64) >= 0


def sets_up_io_uring(w):
    return syscall(425, 425, 4, ctypes.byref((ctypes.c_char * 256)())) >= 0


def adds_a_key(w):
    return syscall(248, 217, b"user", b"autograder", b"x", 1, -2) >= 0


def handles_page_faults(w):
    return syscall(323, 282, 1) >= 0


def counts_events(w):
    attribute = (ctypes.c_uint32 * 32)(1, 128)
    return syscall(298, 241, ctypes.byref(attribute), 0, -1, -1, 0) >= 0


def looks_at_the_clock_to_set_it(w):
    return syscall(305, 266, 0, ctypes.byref((ctypes.c_char * 256)())) >= 0


def calls_the_32_bit_kernel(w):
    code = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")  # mov eax, 20 (getpid); int 0x80; ret
    address = ctypes.addressof(ctypes.c_char.from_buffer(code))
    return ctypes.CFUNCTYPE(ctypes.c_int)(address)() == os.getpid()


def becomes_another_user(w):
    os.setuid(65534)
    return os.getuid() == 65534


def raises_its_limits(w):
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    return resource.getrlimit(resource.RLIMIT_NOFILE) == (4096, 4096)


def raises_its_priority(w):
    os.setpriority(os.PRIO_PROCESS, 0, -5)
    return os.getpriority(os.PRIO_PROCESS, 0) == -5


def outlives_the_grader(w):
    return libc.prctl(1, 0, 0, 0, 0) == 0


def makes_system_v_memory(w):
    handle = libc.shmget(0, 4096, 0o1600)
    if handle >= 0:
        libc.shmctl(handle, 0, None)
    return handle >= 0


def makes_a_message_queue(w):
    queue = syscall(240, 180, b"autograder", os.O_CREAT | os.O_RDWR, 0o600, None)
    if queue >= 0:
        syscall(241, 181, b"autograder")
    return queue >= 0


# Memory that the limit on private memory does not count.


def makes_a_file_in_memory(w):
    return os.memfd_create("x") >= 0


def maps_shared_memory(w):
    return len(mmap.mmap(-1, 1 << 20))


def maps_dev_zero(w):
    with open("/dev/zero", "r+b") as file:
        return len(mmap.mmap(file.fileno(), 1 << 20))


def maps_a_growing_stack(w):
    libc.mmap.restype = ctypes.c_ssize_t
    return libc.mmap(None, ctypes.c_size_t(1 << 20), 3, 0x122, -1, ctypes.c_size_t(0)) != -1


# Amounts: the run without a jail has no limits either.


def takes_memory(w):
    taken = bytearray(400 << 20)
    taken[::4096] = b"x" * len(taken[::4096])
    return len(taken)


def takes_page_tables(w):
    libc.mmap.restype = ctypes.c_ssize_t
    size = 1 << 30
    for _ in range(8):  # 8 GiB that are only read: all one page of zeros, but 16 MiB of tables
        start = libc.mmap(None, ctypes.c_size_t(size), 1, 0x4022, -1, ctypes.c_size_t(0))
        if start == -1:
            return False
        libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(size), 22)  # MADV_POPULATE_READ
    return True


def takes_threads(w):
    stop = threading.Event()
    threads = []
    try:
        for _ in range(400):
            threads.append(threading.Thread(target=stop.wait, daemon=True))
            threads[-1].start()
    finally:
        stop.set()
    return len(threads)


def takes_pipes(w):
    return len([os.pipe() for _ in range(200)])


def fills_the_disk(w):
    for number in range(40):
        with open(f"big{number}", "wb") as file:
            for _ in range(4):
                file.write(b"x" * (1 << 20))
        time.sleep(0.01)
    return True


def writes_one_large_file(w):
    with open("large", "wb") as file:
        for _ in range(64):
            file.write(b"x" * (1 << 20))
    return True


def makes_many_files(w):
    for number in range(3000):
        open(f"f{number}", "w").close()
        if number % 100 == 0:
            time.sleep(0.01)
    return True


def dumps_core(w):
    return resource.getrlimit(resource.RLIMIT_CORE)[1] != 0
