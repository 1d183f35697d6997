"""The steps as a Metaflow flow: the candidates of each task are the branches of a split, and its evaluation joins them.

A flow's graph is read from its source, so every step is written out. ``regression``, ``classification``, ``join`` and
``end`` run nothing: Metaflow needs them to split within a split, to join, and to end.
"""

import steps
from metaflow import FlowSpec, step


class MainJob(FlowSpec):
    @step
    def start(self):
        steps.run("Preprocess")
        self.next(self.regression, self.classification)

    @step
    def regression(self):
        self.next(self.train_xgboost_regression, self.train_lightgbm_regression, self.train_catboost_regression)

    @step
    def train_xgboost_regression(self):
        steps.run("TrainXGBoostRegression")
        self.next(self.evaluate_regression)

    @step
    def train_lightgbm_regression(self):
        steps.run("TrainLightGBMRegression")
        self.next(self.evaluate_regression)

    @step
    def train_catboost_regression(self):
        steps.run("TrainCatBoostRegression")
        self.next(self.evaluate_regression)

    @step
    def evaluate_regression(self, inputs):
        steps.run("EvaluateRegression")
        self.next(self.batch_predict_regression)

    @step
    def batch_predict_regression(self):
        steps.run("BatchPredictRegression")
        self.next(self.join)

    @step
    def classification(self):
        self.next(
            self.train_xgboost_classification, self.train_lightgbm_classification, self.train_catboost_classification
        )

    @step
    def train_xgboost_classification(self):
        steps.run("TrainXGBoostClassification")
        self.next(self.evaluate_classification)

    @step
    def train_lightgbm_classification(self):
        steps.run("TrainLightGBMClassification")
        self.next(self.evaluate_classification)

    @step
    def train_catboost_classification(self):
        steps.run("TrainCatBoostClassification")
        self.next(self.evaluate_classification)

    @step
    def evaluate_classification(self, inputs):
        steps.run("EvaluateClassification")
        self.next(self.batch_predict_classification)

    @step
    def batch_predict_classification(self):
        steps.run("BatchPredictClassification")
        self.next(self.join)

    @step
    def join(self, inputs):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    MainJob()
