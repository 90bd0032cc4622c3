"""Calls into C, and the clock that times them from C."""

import contextlib
import ctypes
import mmap
import os

from . import MOST_SAMPLES, SHORTEST

POINTER = ctypes.c_void_p
LIBRARY = os.environ.get("WEIR_CLOCK", "")

_clock = None


def clock():
    """clock.cpp's library, which environment.build_clock made."""
    global _clock
    if _clock is None:
        _clock = ctypes.CDLL(LIBRARY)
        _clock.weir_clock.restype = ctypes.c_int64
        _clock.weir_clock.argtypes = [POINTER] * 4 + [ctypes.c_double] * 2 + [
            ctypes.POINTER(ctypes.c_double), ctypes.c_int64]
        _clock.weir_clock_pool.restype = POINTER
    return _clock


def address(function):
    return ctypes.cast(function, POINTER).value


def time_calls(function, arguments, seconds):
    """The samples of a C function of at most three pointers."""
    a, b, c = list(arguments) + [None] * (3 - len(arguments))
    times = (ctypes.c_double * MOST_SAMPLES)()
    samples = clock().weir_clock(function, a, b, c, seconds, SHORTEST, times, MOST_SAMPLES)
    return list(times[:samples])


LARGE = 4 << 20  # bytes from which memory is asked for in large pages, as `weir run` does


def aligned(size):
    """Memory at a multiple of 64: (what keeps it alive, its address)."""
    if size >= LARGE and hasattr(mmap, "MADV_HUGEPAGE"):
        page = 2 << 20
        block = mmap.mmap(-1, size + page, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        with contextlib.suppress(OSError):  # a wish
            block.madvise(mmap.MADV_HUGEPAGE)
        view = (ctypes.c_char * len(block)).from_buffer(block)
        return (block, view), (ctypes.addressof(view) + page - 1) & -page
    memory = ctypes.create_string_buffer(size + 64)
    return memory, (ctypes.addressof(memory) + 63) & ~63


def shared(data):
    """The address of a writable buffer, which must outlive its use."""
    return ctypes.addressof(ctypes.c_char.from_buffer(data))


def copied(data):
    """Bytes in memory of that kind."""
    memory, where = aligned(max(len(data), 1))
    ctypes.memmove(where, bytes(data), len(data))
    return memory, where
