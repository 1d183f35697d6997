"""The numbers of a window as metrics in Amazon CloudWatch, where alarms and dashboards read them.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
"""

import math
from collections.abc import Mapping
from functools import partial
from typing import Any

from evaluation.account import Unknown, client, request

NAMESPACE = "boostpipe/Monitor"


def metrics_of(found: Mapping[str, Any]) -> dict[str, float]:
    """Return metrics by name, from the content of ``monitoring.json``."""
    quality, features = found["quality"], found["drift"]["features"]
    values = {
        "Alarm": float(bool(found["alarms"])),
        quality["metric"]: quality["window"]["value"],
        "RowsWithActuals": float(quality["rows"]),
        "Violations": float(len(found["violations"])),
        "DriftedFeatures": float(sum(feature["drifted"] for feature in features)),
        "LargestDistance": max((feature["distance"] for feature in features), default=math.nan),
        "DistanceOfPredictions": max(
            (one["distance"] for one in found["predictions_drift"]["features"]), default=math.nan
        ),
    }
    return {name: value for name, value in values.items() if math.isfinite(value)}


def publish(found: Mapping[str, Any], pipeline: str) -> str | None:
    """Send the metrics of a window, with the pipeline and the task as dimensions.

    Returns
    -------
    None, or a sentence with the reason why CloudWatch did not take them; a window is judged without it.
    """
    dimensions = [{"Name": "Pipeline", "Value": pipeline}, {"Name": "Task", "Value": found["task"]}]
    data = [{"MetricName": name, "Dimensions": dimensions, "Value": value} for name, value in metrics_of(found).items()]
    try:
        request(partial(client("cloudwatch").put_metric_data, Namespace=NAMESPACE, MetricData=data))
    except Unknown as error:
        return str(error)
    return None
