"""AWS's list prices of instances and requests, with their date; a file of your own replaces any of them.

``pipelines/aws/prices.json`` contains the prices with their source and date. A file named with ``--prices``, or else
the one that ``boostpipe prices --refresh`` wrote for the region, replaces members of it, such as
``{"region": "eu-central-1", "instance_hour": {"hosting": {"ml.m5.large": 0.138}}}``.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, get_args

from pipelines.errors import BadInput
from pipelines.names import cache_folder
from pipelines.settings.sentences import Sentence

Use = Literal["processing", "training", "transform", "hosting"]
"""Use of an instance; a type may have another price for each, or none."""

_LISTED = Path(__file__).with_name("prices.json")
_TEXTS = ("note", "as_of", "region", "currency", "source")
_NUMBERS = ("hosting_data_gb", "serverless_gb_second", "serverless_data_gb")
_OLD = timedelta(days=183)


@dataclass(frozen=True, kw_only=True)
class Prices:
    """Prices in one currency, with their origin."""

    note: str
    as_of: str
    region: str
    currency: str
    source: str
    instance_hour: Mapping[str, Mapping[str, float]]
    """By use and instance type, for one instance and hour; tuning jobs count as training."""
    hosting_data_gb: float
    """Per GB of requests and responses of an endpoint with instances."""
    serverless_gb_second: float
    """Per GB of memory and second in which a serverless endpoint computes."""
    serverless_data_gb: float
    """Per GB of requests and responses of a serverless endpoint."""
    wanted_region: str = ""
    """The region that the work runs in; empty if it is unknown."""
    kept: str = ""
    """How many prices are those of the shipped table, if the file is of another region or date."""

    def per_hour(self, use: Use, instance_type: str, count: int = 1) -> float | None:
        """Return the price of ``count`` instances for one hour; None if the type's price is unknown."""
        price = self.instance_hour[use].get(instance_type)
        return None if price is None else price * count

    def serverless_second(self, memory_mb: int) -> float:
        """Return the price of one second of computing of a serverless endpoint."""
        return self.serverless_gb_second * memory_mb / 1024

    @property
    def origin(self) -> Sentence:
        """Region, date and source of the prices, and why they may be wrong, for use beside an amount."""
        elsewhere = self.wanted_region not in ("", self.region)
        old = Sentence.of("older than six months")
        doubt = Sentence.of("not those of {region}", region=self.wanted_region) if elsewhere else old
        if elsewhere and self._is_old():
            doubt = Sentence.of("{one} and {other}", one=doubt, other=old)
        region = f" --region {self.wanted_region}" if elsewhere else ""
        update = Sentence.of(
            "; {doubt}: update them with boostpipe prices --refresh{region}", doubt=doubt, region=region
        )
        return Sentence.of(
            "list prices of {region}, {as_of}{kept}{update}; check {source}",
            region=self.region,
            as_of=self.as_of,
            kept=f"; {self.kept}" if self.kept else "",
            update=update if elsewhere or self._is_old() else "",
            source=self.source,
        )

    def _is_old(self) -> bool:
        try:
            as_of = date.fromisoformat(self.as_of)
        except ValueError:  # the text of somebody's own file
            return False
        return datetime.now(tz=UTC).date() - as_of > _OLD


def load_prices(replaced_by: str | Path | None = None, region: str = "") -> Prices:
    """Read the listed prices, and a file whose members replace them: the one named, or else the region's own.

    Raises `BadInput` if the file cannot be read, or has a value that is not a price.
    """
    listed = _listed()
    if replaced_by is None and region and refreshed_file(region).is_file():
        replaced_by = refreshed_file(region)
    if replaced_by is None:
        return Prices(**listed, wanted_region=region)
    own = _read(Path(replaced_by))
    members = _replace(listed, own, Path(replaced_by))
    others = len(missing_prices(own)) if "region" in own else 0
    kept = f"{others} of the prices are those of {listed['region']}, {listed['as_of']}" if others else ""
    return Prices(**members, wanted_region=region, kept=kept)


def refreshed_file(region: str) -> Path:
    """Return the file of a region's own prices, which ``boostpipe prices --refresh`` writes."""
    return cache_folder() / "prices" / f"{region}.json"


def missing_prices(own: Mapping[str, Any]) -> list[str]:
    """Name the prices of the shipped table that a file does not replace."""
    listed, hours = _listed(), own.get("instance_hour", {})
    instances = [
        f"{name} ({use})"
        for use, prices in listed["instance_hour"].items()
        for name in prices
        if name not in hours.get(use, {})
    ]
    return [*instances, *(name for name in _NUMBERS if name not in own)]


def _listed() -> dict[str, Any]:
    members: dict[str, Any] = json.loads(_LISTED.read_text(encoding="utf-8"))
    return members


def _read(path: Path) -> dict[str, Any]:
    try:
        own = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(f"The prices {path} cannot be read: {error}.") from error
    if not isinstance(own, dict):
        raise BadInput(f"The prices {path} must be one JSON object, as {_LISTED.name} is.")
    return own


def _replace(listed: dict[str, Any], own: Mapping[str, Any], path: Path) -> dict[str, Any]:
    replaced = {**listed, "instance_hour": {use: dict(prices) for use, prices in listed["instance_hour"].items()}}
    for name, value in own.items():
        if name == "instance_hour":
            _replace_instances(replaced["instance_hour"], value, path)
        elif (name in _TEXTS and isinstance(value, str)) or (name in _NUMBERS and _is_price(value)):
            replaced[name] = value
        else:
            known = ", ".join((*_TEXTS, *_NUMBERS))
            raise BadInput(
                f"The prices {path} have {name!r}: {json.dumps(value)}, but what can be replaced is instance_hour and "
                f"{known}; prices are numbers of at least 0."
            )
    return replaced


def _replace_instances(prices: dict[str, dict[str, float]], own: Any, path: Path) -> None:
    uses = get_args(Use)
    if not isinstance(own, dict) or not all(use in uses and isinstance(types, dict) for use, types in own.items()):
        raise BadInput(f"The prices {path} must give instance_hour by use ({', '.join(uses)}) and instance type.")
    for use, types in own.items():
        for instance_type, price in types.items():
            if not _is_price(price):
                raise BadInput(f"The prices {path} give {json.dumps(price)} for {instance_type}, which is not a price.")
            prices[use][instance_type] = price


def _is_price(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf")
