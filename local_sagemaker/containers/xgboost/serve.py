"""The server of the built-in XGBoost in algorithm mode (``docs/contracts.md``, section 1)."""

import json
import logging
import os
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self

import numpy as np
import xgboost

from local_sagemaker.containers.serving.server import Application, Request, Response, with_charset
from local_sagemaker.containers.training_toolkit.layout import Layout
from local_sagemaker.containers.xgboost import payloads, selectable
from local_sagemaker.containers.xgboost.channels import content_type_of
from local_sagemaker.containers.xgboost.versions import Version

SUPPORTED_ACCEPTS = ["application/json", "application/jsonlines", "application/x-recordio-protobuf", "text/csv"]
_VOTING_OBJECTIVES = ("multi:softmax", "binary:hinge")
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_DEFAULT_MAX_CONTENT_LENGTH = 6 * 1024**2
_CONTENT_LENGTH_CAP = 20 * 1024**2
"""The upper limit of MAX_CONTENT_LENGTH; larger values count as this one."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Model:
    """The boosters of an artifact, one or those of a cross validation, and their objective.

    ``pickled``: whether the first was pickled, as by images before 1.3.
    """

    boosters: list[xgboost.Booster]
    objective: str
    classes: str
    pickled: bool = False

    @classmethod
    def load(cls, folder: Path, *, ensemble: bool) -> Self:
        """Load the files of a model folder, except hidden ones.

        Raises RuntimeError if there is none, or one is not an XGBoost model.
        """
        paths = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
        if not paths:
            raise RuntimeError(f"There is no model in {folder}.")
        loaded = [_load(path) for path in (paths if ensemble else paths[:1])]
        boosters = [booster for booster, _ in loaded]
        learner = json.loads(boosters[0].save_config())["learner"]
        classes = learner["learner_model_param"].get("num_class", "")
        return cls(boosters, learner["objective"]["name"], classes, pickled=loaded[0][1])

    def check_width(self, data: xgboost.DMatrix, content_type: str | None) -> None:
        """Compare the number of columns, which the container does for pickled models only; allow for a label.

        Raises ValueError if the numbers do not match.
        """
        if not self.pickled:
            return
        kind = content_type_of(content_type)
        own, given = self.boosters[0].num_features(), data.num_col()
        if kind == "libsvm" and given > own + 1:
            raise ValueError(
                f"Feature size of libsvm inference data {given} is larger than feature size of trained model {own}."
            )
        if kind != "libsvm" and own not in (given, given + 1):
            raise ValueError(
                f"Feature size of {kind} inference data {given} is not consistent with feature size of trained "
                f"model {own}."
            )

    def predict(self, data: xgboost.DMatrix) -> np.ndarray[Any, Any]:
        """Predict; an ensemble returns the mean, or the most frequent value if predictions are classes."""
        outputs = [booster.predict(data, validate_features=False) for booster in self.boosters]
        if len(outputs) == 1:
            return np.asarray(outputs[0])
        if self.objective in _VOTING_OBJECTIVES:
            from scipy import stats

            return np.asarray(stats.mode(outputs).mode)
        return np.asarray(np.mean(outputs, axis=0))


def _load(path: Path) -> tuple[xgboost.Booster, bool]:
    """Load a model; also return whether it was pickled, as by images before 1.3 and by many scripts."""
    logger.info("Loading the model from %s", path)
    pickled = True
    try:
        booster: xgboost.Booster = pickle.loads(path.read_bytes())  # noqa: S301 - the user's own artifact, in one of its image's formats
    except Exception as pickle_error:  # noqa: BLE001 - a file that is not a pickle may raise anything
        booster, pickled = xgboost.Booster(), False
        try:
            booster.load_model(path)
        except xgboost.core.XGBoostError as error:
            raise RuntimeError(
                f"Model {path} cannot be loaded:\nPickle load error={pickle_error}\nXGB load model error={error}"
            ) from error
    booster.set_param({"nthread": 1})
    return booster, pickled


class XGBoostApplication(Application):
    """The application of the built-in algorithm.

    ``environment`` is the container's: ``SAGEMAKER_BATCH``, ``SAGEMAKER_INFERENCE_OUTPUT`` and the like.
    """

    def __init__(self, model: Model, environment: Mapping[str, str], cpus: int, version: Version) -> None:
        self._model = model
        self._version = version
        self._batch = bool(environment.get("SAGEMAKER_BATCH"))
        self._default_accept = environment.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", "text/csv")
        output = environment.get("SAGEMAKER_INFERENCE_OUTPUT")
        self._selected_keys = None if output is None else output.replace(" ", "").lower().split(",")
        self._cpus = cpus
        requested = int(environment.get("MAX_CONTENT_LENGTH", _DEFAULT_MAX_CONTENT_LENGTH))
        self.max_content_length = min(requested, _CONTENT_LENGTH_CAP)

    @classmethod
    def of_this_container(cls, cpus: int, version: Version) -> Self:
        """Load the model of the container that the calling process runs in."""
        ensemble = os.environ.get("SAGEMAKER_INFERENCE_ENSEMBLE", "true") == "true"
        model = Model.load(Layout.of_this_container().model, ensemble=ensemble)
        return cls(model, os.environ, cpus, version)

    def execution_parameters(self) -> Response:
        """Answer with the settings that batch transform takes from the server."""
        parameters = {
            "MaxConcurrentTransforms": self._cpus,
            "BatchStrategy": "MULTI_RECORD",
            "MaxPayloadInMB": int((self.max_content_length or 0) / 1024**2),
        }
        return Response(HTTPStatus.OK, json.dumps(parameters).encode(), "application/json")

    def invoke(self, request: Request) -> Response:
        """Decode the payload, predict, and encode; each failure has a status of its own."""
        # The container's web framework parses forms, which leaves no body.
        if not request.body or (request.content_type or "").partition(";")[0].strip().lower() in _FORMS:
            return Response(HTTPStatus.NO_CONTENT)
        try:
            data = payloads.parse(request.body, request.content_type, shifts_libsvm=self._version.shifts_libsvm)
        except payloads.PayloadError as error:
            return _failed(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, str(error))
        try:
            self._model.check_width(data, request.content_type)
            predictions = self._model.predict(data)
        except Exception as error:  # noqa: BLE001 - the container answers so whatever XGBoost raises
            return _failed(HTTPStatus.BAD_REQUEST, f"Unable to evaluate payload provided: {error}")
        try:
            accept = self._accepted(request.accept)
        except ValueError as error:
            return _failed(HTTPStatus.NOT_ACCEPTABLE, str(error))
        try:
            return Response(HTTPStatus.OK, self._encode(predictions, accept), with_charset(accept))
        except ValueError as error:
            return _failed(HTTPStatus.INTERNAL_SERVER_ERROR, str(error))

    def _accepted(self, accept: str | None) -> str:
        name = (accept or "").partition(";")[0].strip()
        if not name or name == "*/*":
            return self._default_accept
        if name.lower() not in SUPPORTED_ACCEPTS:
            raise ValueError(
                f"Accept type {name} is not supported. Please use supported accept types: {SUPPORTED_ACCEPTS}."
            )
        return name.lower()

    def _encode(self, predictions: np.ndarray[Any, Any], accept: str) -> bytes:
        if self._selected_keys is not None:
            return selectable.encode(
                predictions, self._selected_keys, self._model.objective, self._model.classes, accept, batch=self._batch
            )
        values = predictions.tolist()
        if self._batch:
            return ("\n".join(map(str, values)) + "\n").encode()
        if accept == "application/json":
            return json.dumps({"predictions": [{"score": value} for value in values]}).encode()
        if accept == "text/csv" and self._version.answers_in_one_line:
            return ",".join(map(str, values)).encode()
        if accept == "text/csv":
            rows = (value if isinstance(value, list) else [value] for value in values)
            return "".join(",".join(map(str, row)) + "\n" for row in rows).encode()
        raise ValueError(f"Content type {accept} is not supported by this framework.")


def _failed(status: HTTPStatus, message: str) -> Response:
    logger.error("%s", message)
    return Response(status, message.encode())
