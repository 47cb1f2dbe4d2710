"""What a process uses, as seen on this one."""

import os
import sys
import time

import pytest

from bench.process import cpu_s, forget_peak, memory_mb, peak_memory_mb

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads Linux' /proc")


def test_cpu_grows_with_what_the_process_computes() -> None:
    before = cpu_s(os.getpid())
    until = time.process_time() + 0.1
    while time.process_time() < until:
        pass
    assert 0.05 <= cpu_s(os.getpid()) - before < 1


def test_peak_stays_until_it_is_forgotten_when_memory_is_given_back() -> None:
    block = bytearray(os.urandom(64 << 20))
    full = memory_mb(os.getpid())
    del block
    assert peak_memory_mb(os.getpid()) >= full
    forget_peak(os.getpid())
    assert peak_memory_mb(os.getpid()) < full - 32
