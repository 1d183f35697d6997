"""Every AWS service other than SageMaker: moto, in this process, with an S3 that is kept on disk.

moto's own rules find the service of a request from its host and credential scope.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs
from xml.etree import ElementTree as ET

from werkzeug.test import EnvironBuilder

from local_sagemaker.core.access import ACCOUNT_ID
from local_sagemaker.moto.refusals import refuse
from local_sagemaker.moto.s3 import downloads, large_objects
from local_sagemaker.moto.s3.downloads import Application, Environ, StartResponse
from local_sagemaker.moto.s3.objects import Objects

# Subresources that do not change anything, although their method is POST.
_READING_SUBRESOURCES = {"select", "uploads"}
# Query parameters that are not part of a bucket's configuration.
_NOT_CONFIGURATION = {"x-id", "delete", "uploads", "uploadId", "partNumber"}
_KEPT_HEADERS = ("CONTENT_TYPE", "HTTP_CONTENT_MD5", "HTTP_X_AMZ_ACL")
# Without it, moto looks for the account of an access key in the IAM of each of AWS's partitions, and reads AWS's 1,600
# managed policies for each: a second before the first response.
_OUR_ACCOUNT = {"HTTP_X_MOTO_ACCOUNT_ID": ACCOUNT_ID}


class AwsServices:
    """A WSGI application for every service but SageMaker.

    Parameters
    ----------
    objects
        The objects of S3.
    before
        By service, a function ``before(environ)`` that runs before every request to it. It refuses a request by a
        ``NotImplementedError`` with the reason.
    around
        By service, a function that wraps moto's application in the one that answers in its place.
    """

    def __init__(
        self,
        objects: Objects,
        before: Mapping[str, Callable[[Environ], None]],
        around: Mapping[str, Callable[[Application], Application]],
    ) -> None:
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

        self._objects = objects
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._wrapped = {service: wrap(self._moto) for service, wrap in around.items()}
        self._known: dict[str, bool] = {"s3": True}
        self._before = before

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Handle one request; its change to S3 is on disk before the response leaves."""
        if environ.get("PATH_INFO", "").startswith("/moto-api"):  # it would delete moto's half of the state
            return refuse(environ, start_response, "moto's own control interface is not supported.")
        environ.update(_OUR_ACCOUNT)
        service = self._service_of(environ)
        if not self._is_known(service, environ):
            reason = f"The service {service} is not supported by the local SageMaker."
            return refuse(environ, start_response, reason, service=service)
        try:
            self._before.get(service, _nothing)(environ)
            if service == "s3" and environ["REQUEST_METHOD"] in ("PUT", "POST", "DELETE"):
                return self._change_s3(environ, start_response)
            is_head_of_s3 = service == "s3" and environ["REQUEST_METHOD"] == "HEAD"
            answer = self._head_s3 if is_head_of_s3 else self._wrapped.get(service, self._moto)
            return self._send_large(environ, start_response, service) or answer(environ, start_response)
        except NotImplementedError as error:
            return refuse(environ, start_response, str(error) or "This operation is not supported.")

    def replay_bucket_request(self, bucket: str, subresource: str, headers: dict[str, str], body: bytes) -> None:
        """Replay one request to moto's S3 that configured a bucket."""
        builder = EnvironBuilder(
            f"/{bucket}", method="PUT", base_url="http://127.0.0.1/", query_string=subresource, data=body
        )
        environ = {**builder.get_environ(), **headers, **_OUR_ACCOUNT}
        for _ in self._moto(environ, ignore_start):
            pass

    def _service_of(self, environ: Environ) -> str:
        authorization, query = str(environ.get("HTTP_AUTHORIZATION", "")), str(environ.get("QUERY_STRING", ""))
        scope = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/", authorization)
        presigned = parse_qs(query).get("X-Amz-Credential", [""])[0].split("/")
        if scope:
            return scope.group(1).lower()
        if len(presigned) == 5:
            return presigned[3].lower()
        host: str | None = self._moto.infer_service_region_host(environ, environ.get("PATH_INFO", ""))
        return host.split(".")[0] if host else "s3"

    def _is_known(self, service: str, environ: Environ) -> bool:
        """Whether moto implements a service; for others, moto returns an HTML page that clients cannot read."""
        if service not in self._known:
            from moto.backends import list_of_moto_modules

            host = self._moto.infer_service_region_host(environ, environ.get("PATH_INFO", "")) or service
            named = host in list_of_moto_modules()
            self._known[service] = named or any(
                pattern.match(f"http://{host}") for _, pattern in self._moto.backend_url_patterns
            )
        return self._known[service]

    def _send_large(self, environ: Environ, start_response: StartResponse, service: str) -> Iterable[bytes] | None:
        if service != "s3" or not downloads.is_plain_download(environ):
            return None
        path = self._objects.large_file(*_bucket_and_key(environ), downloads.version_of(environ))
        return None if path is None else downloads.send(path, environ, start_response, self._head_s3)

    def _head_s3(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Moto's response to HEAD, with the number of parts in the checksum of a multipart upload."""
        composite = self._objects.composite_checksum(*_bucket_and_key(environ), downloads.version_of(environ))

        def corrected(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            if composite:
                headers = [
                    (name, composite if value == composite.rpartition("-")[0] else value) for name, value in headers
                ]
            return start_response(status, headers, *rest)

        return self._moto(environ, corrected)  # type: ignore[no-any-return]

    def _change_s3(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        bucket, key = _bucket_and_key(environ)
        if environ["REQUEST_METHOD"] == "POST" and "uploadId=" in environ.get("QUERY_STRING", ""):
            with self._objects.joining():
                return self._change_s3_of(environ, start_response, bucket, key)
        if large_objects.is_upload(environ, key):
            with self._objects.receive(environ["wsgi.input"]):
                return self._change_s3_of(large_objects.without_body(environ), start_response, bucket, key)
        return self._change_s3_of(environ, start_response, bucket, key)

    def _change_s3_of(self, environ: Environ, start_response: StartResponse, bucket: str, key: str) -> Iterable[bytes]:
        started: list[tuple[str, list[tuple[str, str]]]] = []
        with self._objects.lock:
            answer = list(self._moto(environ, lambda status, headers, *_: started.append((status, headers))))
            if started and started[0][0].startswith("2"):
                self._record(environ, bucket, key)
        for status, headers in started:  # now, because the change may not be storable
            start_response(status, headers)
        return answer

    def _record(self, environ: Environ, bucket: str, key: str) -> None:
        query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        method = environ["REQUEST_METHOD"]
        if key:
            part_of_upload = method == "PUT" and "uploadId" in query
            if not part_of_upload and not _READING_SUBRESOURCES & query.keys():
                self._objects.record(bucket, key)
        elif method == "POST" and "delete" in query:
            for element in ET.fromstring(whole_body(environ)).iter():  # noqa: S314 - from the caller's own machine
                if element.tag.endswith("Key") and element.text:
                    self._objects.record(bucket, element.text)
        elif method in ("PUT", "DELETE"):
            self._record_bucket(environ, bucket, query.keys() - _NOT_CONFIGURATION, whole_body(environ))

    def _record_bucket(self, environ: Environ, bucket: str, configured: set[str], body: bytes) -> None:
        subresource = environ.get("QUERY_STRING", "") if configured else ""
        if environ["REQUEST_METHOD"] == "DELETE":
            self._objects.forget_bucket_request(bucket, subresource)
        else:
            headers = {name: environ[name] for name in _KEPT_HEADERS if name in environ}
            self._objects.remember_bucket_request(bucket, subresource, headers, body)


def _bucket_and_key(environ: Environ) -> tuple[str, str]:
    path = environ["PATH_INFO"].encode("latin-1").decode()  # WSGI passes UTF-8 as Latin-1
    bucket, _, key = path.removeprefix("/").partition("/")
    return bucket, key


def whole_body(environ: Environ, limit: int = -1) -> bytes:
    """The whole body, or its first bytes; it stays where it is for the next reader."""
    environ["wsgi.input"].seek(0)
    body: bytes = environ["wsgi.input"].read(limit)
    environ["wsgi.input"].seek(0)
    return body


def _nothing(_environ: Environ) -> None:
    """Do nothing before a request to this service."""


def ignore_start(status: str, headers: list[tuple[str, str]], *rest: object) -> None:
    """Ignore the response of a replayed request."""
