"""The steps as a Metaflow flow: the candidates of each task are the branches of a split, and its evaluation joins them.

A flow's graph is read from its source, so every step is written out. ``Regression``, ``Classification`` and ``end`` run
nothing: Metaflow needs them to split within a split, and to end.
"""

import steps
from metaflow import FlowSpec, step


class MainJob(FlowSpec):
    @step
    def start(self):
        steps.run("Preprocess")
        self.next(self.Regression, self.Classification)

    @step
    def Regression(self):
        self.next(self.TrainXGBoostRegression, self.TrainLightGBMRegression, self.TrainCatBoostRegression)

    @step
    def TrainXGBoostRegression(self):
        steps.run("TrainXGBoostRegression")
        self.next(self.EvaluateRegression)

    @step
    def TrainLightGBMRegression(self):
        steps.run("TrainLightGBMRegression")
        self.next(self.EvaluateRegression)

    @step
    def TrainCatBoostRegression(self):
        steps.run("TrainCatBoostRegression")
        self.next(self.EvaluateRegression)

    @step
    def EvaluateRegression(self, inputs):
        steps.run("EvaluateRegression")
        self.next(self.BatchPredictRegression)

    @step
    def BatchPredictRegression(self):
        steps.run("BatchPredictRegression")
        self.next(self.end)

    @step
    def Classification(self):
        self.next(self.TrainXGBoostClassification, self.TrainLightGBMClassification, self.TrainCatBoostClassification)

    @step
    def TrainXGBoostClassification(self):
        steps.run("TrainXGBoostClassification")
        self.next(self.EvaluateClassification)

    @step
    def TrainLightGBMClassification(self):
        steps.run("TrainLightGBMClassification")
        self.next(self.EvaluateClassification)

    @step
    def TrainCatBoostClassification(self):
        steps.run("TrainCatBoostClassification")
        self.next(self.EvaluateClassification)

    @step
    def EvaluateClassification(self, inputs):
        steps.run("EvaluateClassification")
        self.next(self.BatchPredictClassification)

    @step
    def BatchPredictClassification(self):
        steps.run("BatchPredictClassification")
        self.next(self.end)

    @step
    def end(self, inputs):
        pass


if __name__ == "__main__":
    MainJob()
