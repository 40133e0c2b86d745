"""Messages over a stream socket: 4 bytes of length, then the message, with a size cap and a deadline."""

from __future__ import annotations

import select
import socket
import struct
import time

from autograder.jail.wire import MAX_BYTES, WireError


class ChannelClosedError(Exception):
    """The other side ended before it answered."""


class DeadlineError(Exception):
    """The other side did not answer in time."""


def send(sock: socket.socket, data: bytes, *, deadline_s: float | None = None) -> None:
    """Send one message. Raises: ChannelClosedError, DeadlineError."""
    try:
        sock.settimeout(_left(deadline_s))
        sock.sendall(struct.pack(">I", len(data)) + data)
    except TimeoutError as error:
        raise DeadlineError from error
    except OSError as error:
        raise ChannelClosedError from error


def wait(sock: socket.socket, timeout_s: float) -> bool:
    """Whether something has come, or the other side has ended, within `timeout_s`."""
    return bool(select.select([sock], [], [], max(0.0, timeout_s))[0])


def receive(sock: socket.socket, *, deadline_s: float | None = None, max_bytes: int = MAX_BYTES) -> bytes:
    """Receive one message of at most `max_bytes`.

    Args:
        deadline_s: `time.monotonic()` at which to give up; None waits for ever.
        max_bytes: more than `wire.MAX_BYTES` only of what the trusted side sends.

    Raises: ChannelClosedError, DeadlineError, WireError if the announced length is over the cap.
    """
    (length,) = struct.unpack(">I", _exactly(sock, 4, deadline_s))
    if length > max_bytes:
        raise WireError(f"a message of {length} bytes announced; at most {max_bytes} may cross")
    return _exactly(sock, length, deadline_s)


def _exactly(sock: socket.socket, size: int, deadline_s: float | None) -> bytes:
    received = bytearray()
    while len(received) < size:
        try:
            sock.settimeout(_left(deadline_s))
            part = sock.recv(min(size - len(received), 1 << 16))
        except TimeoutError as error:
            raise DeadlineError from error
        except OSError as error:
            raise ChannelClosedError from error
        if not part:
            raise ChannelClosedError
        received += part
    return bytes(received)


def _left(deadline_s: float | None) -> float | None:
    if deadline_s is None:
        return None
    left = deadline_s - time.monotonic()
    if left <= 0:
        raise DeadlineError
    return left
