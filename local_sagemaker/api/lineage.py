"""The operations on lineage associations and artifacts, as the SDK's lineage tables use them."""

from local_sagemaker.api import lineage_graph, listing
from local_sagemaker.api.lineage_graph import Link, Node
from local_sagemaker.core.core import Core, Request, Response
from local_sagemaker.core.errors import ResourceNotFound
from local_sagemaker.core.store import Record

_FILTERS = ("SourceArn", "DestinationArn", "SourceType", "DestinationType", "AssociationType")


def _list_associations(core: Core, request: Request) -> Response:
    found = [
        record
        for record in map(_association, lineage_graph.links(core))
        if all(request.get(member) in (None, record[member]) for member in _FILTERS)
    ]
    keys = {member: member for member in _FILTERS}
    return listing.page(found, request, member="AssociationSummaries", sort_keys=keys)


def _association(link: Link) -> Record:
    return {
        "SourceArn": link.source.arn,
        "SourceType": link.source.type,
        "SourceName": link.source.name,
        "DestinationArn": link.destination.arn,
        "DestinationType": link.destination.type,
        "DestinationName": link.destination.name,
        "AssociationType": link.kind,
        "CreationTime": link.created,
    }


def _list_artifacts(core: Core, request: Request) -> Response:
    found = [
        _artifact(node, created)
        for node, created in lineage_graph.artifacts(core).items()
        if request.get("SourceUri") in (None, node.uri) and request.get("ArtifactType") in (None, node.type)
    ]
    return listing.page(found, request, member="ArtifactSummaries")


def _describe_artifact(core: Core, request: Request) -> Response:
    arn = request["ArtifactArn"]
    for node, created in lineage_graph.artifacts(core).items():
        if node.arn == arn:
            return _artifact(node, created)
    raise ResourceNotFound(f"Artifact '{arn}' does not exist.")


def _artifact(node: Node, created: float) -> Record:
    return {
        "ArtifactArn": node.arn,
        "ArtifactType": node.type,
        "Source": {"SourceUri": node.uri, "SourceTypes": []},
        "CreationTime": created,
        "LastModifiedTime": created,
    }


OPERATIONS = {
    "ListAssociations": _list_associations,
    "ListArtifacts": _list_artifacts,
    "DescribeArtifact": _describe_artifact,
}
