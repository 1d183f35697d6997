"""The operation that lists trial components, by trial, experiment or source."""

from __future__ import annotations

from local_sagemaker.api import listing
from local_sagemaker.api.service import Service
from local_sagemaker.core.core import Request, Response


def _list(service: Service, request: Request) -> Response:
    found = service.experiments.records("TrialComponent")
    for parent in ("TrialName", "ExperimentName"):
        if parent in request:
            found = [each for each in found if request[parent] in {above.get(parent) for above in each["Parents"]}]
    if "SourceArn" in request:
        found = [each for each in found if each.get("Source", {}).get("SourceArn") == request["SourceArn"]]
    return listing.page(found, request, member="TrialComponentSummaries", name="TrialComponentName")


OPERATIONS = {"ListTrialComponents": _list}
