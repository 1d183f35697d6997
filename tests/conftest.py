"""Make the tests independent of the caller's environment, terminal, signals and speed."""

from __future__ import annotations

import os
import signal

from hypothesis import HealthCheck, settings

from tests.support import warm

SETTINGS = ("AWS_", "SAGEMAKER_", "BOOSTPIPE_")
TERMINAL = ("TERM", "COLORTERM", "FORCE_COLOR", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "PY_COLORS", "TTY_COMPATIBLE")

for name in list(os.environ):
    if name.startswith(SETTINGS) or name in ("ARTIFACT_BUCKET", *TERMINAL):
        del os.environ[name]
os.environ.update(COLUMNS="80", LINES="24")
os.environ["SAGEMAKER_LOCAL_KEEP_ALIVE"] = "0"  # no test leaves a service behind

# A shell starts background commands, such as `nohup make test &`, with SIGINT and SIGQUIT ignored, and every child
# process inherits that. The tests interrupt commands as Ctrl-C in a terminal would, so they need the defaults.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGQUIT, signal.SIG_DFL)

# On a busy machine an example can take any time.
settings.register_profile("any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-machine")


def pytest_configure() -> None:
    warm.start()


def pytest_unconfigure() -> None:
    warm.stop()
