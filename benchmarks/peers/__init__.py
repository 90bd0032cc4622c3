"""The programs that are timed, one module each with a class Peer:

  Peer(threads)                 imports the program, sets its threads
  version                       what the table calls it
  load(folder, info, batch)     makes a case ready for one batch size; must copy nothing
                                per call later
  outputs()                     runs once; the outputs as buffers of floats
  time(seconds)                 seconds per call of each sample
  HOW                           one sentence: through which interface it is called

worker.py runs a peer in a process of its own.
"""

import time
from itertools import repeat

# A sample is as many calls as take this long, so that reading the clock costs nothing.
SHORTEST = 20e-6
MOST_SAMPLES = 20000


def clock_python(call, seconds):
    """Times a Python callable as clock.cpp times one of C."""
    now = time.perf_counter
    calls = 1
    while True:
        start = now()
        for _ in repeat(None, calls):
            call()
        last = now() - start
        if last >= SHORTEST:
            break
        calls *= 2
    if last >= seconds:  # a long call needs no warming up
        return [last / calls]
    times = []
    end = now() + seconds
    while True:
        start = now()
        for _ in repeat(None, calls):
            call()
        stop = now()
        times.append((stop - start) / calls)
        if stop >= end or len(times) >= MOST_SAMPLES:
            return times
