"""The toolkit's errors; those with a status go to the client with it."""

from __future__ import annotations

from local_sagemaker.containers.errors import UnsupportedFormatError


class BaseInferenceToolkitError(Exception):
    """An error that says how the client is to be answered.

    Attributes
    ----------
    status_code
        The HTTP status.
    message
        The body.
    phrase
        The reason beside the status.
    """

    def __init__(self, status_code: int, message: str, phrase: str) -> None:
        super().__init__(status_code, message, phrase)
        self.status_code = status_code
        self.message = message
        self.phrase = phrase


class GenericInferenceToolkitError(BaseInferenceToolkitError):
    """Any error, made one that says its status."""

    def __init__(self, status_code: int, message: str | None = None, phrase: str | None = None) -> None:
        text = message or "Invalid Request"
        super().__init__(status_code, text, phrase or text)


__all__ = ["BaseInferenceToolkitError", "GenericInferenceToolkitError", "UnsupportedFormatError"]
