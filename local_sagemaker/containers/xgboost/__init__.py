"""The stand-in of the image ``sagemaker-xgboost``: the built-in algorithm, with the behavior of version 3.2-0."""
