"""The errors of the containers: why a job could not be started, or what its container met.

ContainerError
    SandboxError            the process could not be started, or what keeps it has ended
        LauncherGoneError   the launcher has ended
    UnknownImageError       no stand-in plays this image
    ToolkitError            written to ``/opt/ml/output/failure`` as the toolkits write it
        UserError           of the built-in algorithms: the request or the data is at fault
        AlgorithmError      of the built-in algorithms: the library failed
        PlatformError       of the built-in algorithms: the surroundings are at fault
    ClientError             of the training toolkit
        CommandError        a command ended with an exit code other than 0
            ExecuteUserScriptError
            InstallModuleError
            InstallRequirementsError
"""

from __future__ import annotations


class ContainerError(Exception):
    """Anything that goes wrong in or around a container."""


class SandboxError(ContainerError):
    """The process could not be started, or the launcher that keeps it is gone."""


class LauncherGoneError(SandboxError):
    """The launcher has ended."""


class UnknownImageError(ContainerError):
    """No stand-in plays this image."""


class ToolkitError(ContainerError):
    """A failure of a built-in algorithm, worded as AWS's algorithm toolkit words it."""

    def __init__(self, message: str, caused_by: BaseException | None = None) -> None:
        super().__init__(f"{message} (caused by {type(caused_by).__name__})" if caused_by else message)


_AS_IN_TRACES = "sagemaker_algorithm_toolkit.exceptions"
"""The module that traces name: they are shown as the reason of a failed job."""


class UserError(ToolkitError):
    """The request or the data is at fault."""

    __module__ = _AS_IN_TRACES


class AlgorithmError(ToolkitError):
    """The algorithm's library failed."""

    __module__ = _AS_IN_TRACES


class PlatformError(ToolkitError):
    """The surroundings are at fault."""

    __module__ = _AS_IN_TRACES


class ClientError(ContainerError):
    """A failure that the training toolkit lays at the user's door."""


class CommandError(ClientError):
    """A command that the training toolkit ran ended with an exit code other than 0.

    Its text is that of the training toolkit, which SageMaker shows as the failure reason.

    Parameters
    ----------
    exit_code
        None: the toolkit is the predecessor of today's, which tells the command alone.
    """

    def __init__(self, command: str, exit_code: int | None, output: str = "", information: str | None = None) -> None:
        if exit_code is None:
            super().__init__(f'{type(self).__name__}:\nCommand "{command}"')
            return
        extra = "" if information is None else f'\nExtraInfo "{information}"'
        super().__init__(
            f'{type(self).__name__}:\nExitCode {exit_code}\nErrorMessage "{output}"{extra}\nCommand "{command}"'
        )


class ExecuteUserScriptError(CommandError):
    """The user's script failed."""


class InstallModuleError(CommandError):
    """The user's package, or what its requirements.txt asks for, could not be installed."""


class InstallRequirementsError(CommandError):
    """The packages of requirements.txt could not be installed."""
