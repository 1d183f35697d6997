"""What plays the image ``sagemaker-xgboost``: the built-in algorithm, as its 3.2-0 container behaves."""
