"""Ctrl-C reaches the service in whichever thread the kernel delivers it."""

from __future__ import annotations

import signal
import threading

import pytest

from local_sagemaker.__main__ import _end_signals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_in_another_thread_is_read(number):
    before = signal.getsignal(number)
    with _end_signals() as signals:
        signals.settimeout(60)
        other = threading.Thread(target=lambda: signal.pthread_kill(threading.get_ident(), number))
        other.start()
        assert signals.recv(1) == bytes([number])
        other.join()
    assert signal.getsignal(number) == before
