"""The errors of containers: those that prevent a start, and those that a container reports.

ContainerError
    SandboxError            the process could not be started, or what keeps it has ended
        LauncherGoneError   the launcher has ended
    UnknownImageError       no stand-in runs this image
    ToolkitError            written to ``/opt/ml/output/failure`` as the toolkits write it
        UserError           of the built-in algorithms: the request or the data is at fault
        AlgorithmError      of the built-in algorithms: the library failed
        PlatformError       of the built-in algorithms: the environment is at fault
    ClientError             of the training and inference toolkits, under their own name
        CommandError        a command ended with an exit code other than 0
            ExecuteUserScriptError
            InstallModuleError
            InstallRequirementsError
UnsupportedFormatError      of the toolkits: a content type that needs code of the user's own
"""


class ContainerError(Exception):
    """Anything that goes wrong in or around a container."""


class SandboxError(ContainerError):
    """The process could not be started, or its launcher has ended."""


class LauncherGoneError(SandboxError):
    """The launcher has ended."""


class UnknownImageError(ContainerError):
    """No stand-in runs this image."""


class ToolkitError(ContainerError):
    """A failure of a built-in algorithm, worded as AWS's algorithm toolkit words it."""

    def __init__(self, message: str, caused_by: BaseException | None = None) -> None:
        super().__init__(f"{message} (caused by {type(caused_by).__name__})" if caused_by else message)


_AS_IN_TRACES = "sagemaker_algorithm_toolkit.exceptions"
"""The module name that tracebacks show; users read them as the failure reason of a job."""


class UserError(ToolkitError):
    """The request or the data is at fault."""

    __module__ = _AS_IN_TRACES


class AlgorithmError(ToolkitError):
    """The algorithm's library failed."""

    __module__ = _AS_IN_TRACES


class PlatformError(ToolkitError):
    """The environment is at fault."""

    __module__ = _AS_IN_TRACES


class ClientError(ContainerError):
    """A failure that a toolkit counts as the user's. Scripts import it, and see the name that AWS gave it."""


class CommandError(ClientError):
    """A command that the training toolkit ran ended with an exit code other than 0.

    Its text is that of the training toolkit, which SageMaker shows as the failure reason.

    ``exit_code`` is None for the predecessor of today's toolkit, which reports the command only.
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
    """The user's package, or a requirement of its requirements.txt, could not be installed."""


class InstallRequirementsError(CommandError):
    """The packages of requirements.txt could not be installed."""


class UnsupportedFormatError(Exception):
    """A content type that only code of the user's own could handle; the indented text is the toolkits' own."""

    def __init__(self, content_type: str | None) -> None:
        super().__init__(
            f"Content type {content_type} is not supported by this framework.\n\n"
            "            Please implement input_fn to to deserialize the request data or an output_fn to\n"
            "            serialize the response. For more information, see the SageMaker Python SDK README."
        )
