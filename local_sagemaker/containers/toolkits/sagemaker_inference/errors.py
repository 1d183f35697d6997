"""The toolkit's errors; a status of theirs is the response's."""

from local_sagemaker.containers.errors import UnsupportedFormatError


class BaseInferenceToolkitError(Exception):
    """An error with a response to the client: the HTTP status, the body, and the reason phrase of the status."""

    def __init__(self, status_code: int, message: str, phrase: str) -> None:
        super().__init__(status_code, message, phrase)
        self.status_code = status_code
        self.message = message
        self.phrase = phrase


class GenericInferenceToolkitError(BaseInferenceToolkitError):
    """Any error, with a status."""

    def __init__(self, status_code: int, message: str | None = None, phrase: str | None = None) -> None:
        text = message or "Invalid Request"
        super().__init__(status_code, text, phrase or text)


__all__ = ["BaseInferenceToolkitError", "GenericInferenceToolkitError", "UnsupportedFormatError"]
