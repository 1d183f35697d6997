"""Executions compared."""

from starlette.requests import Request
from starlette.responses import Response

from local_sagemaker.definition.parse import DefinitionError
from pipelines.errors import BadInput
from pipelines.studio.queries.comparing import MOST, compare, side_of
from pipelines.studio.state import studio_of
from pipelines.studio.views.lookup import find_place
from pipelines.studio.views.rendering import render


def comparison(request: Request) -> Response:
    """Show the executions that the address names, differences only unless it has ``all``.

    Raises `BadInput` if there are not two to six of them, or one cannot be compared.
    """
    studio = studio_of(request)
    keys = list(dict.fromkeys(request.query_params.getlist("execution")))
    if not 2 <= len(keys) <= MOST:
        raise BadInput("Choose two to six executions in the list to compare them.")
    places = [find_place(studio, key) for key in keys]
    opened = [studio.watched.get(studio.sagemaker, place.arn) for place in places]
    sides = [side_of(each, place.key, studio.sagemaker, studio.s3) for each, place in zip(opened, places, strict=True)]
    everything = "all" in request.query_params
    try:
        compared = compare(sides, everything=everything)
    except DefinitionError as error:
        raise BadInput(f"A definition cannot be read: {error}") from error
    return render(
        request,
        "compare.html",
        columns=[(place, each.progress) for place, each in zip(places, opened, strict=True)],
        compared=compared,
        everything=everything,
    )
