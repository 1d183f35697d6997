"""Steps that do nothing as Metaflow flows: a step that is its own successor, or the branches of a ``foreach``."""

import steps
from metaflow import FlowSpec, step

WORK = steps.read()


class OneAfterAnother(FlowSpec):
    @step
    def start(self):
        self.number = 0
        self.next(self.work)

    @step
    def work(self):
        steps.run(WORK.steps[self.number].name)
        self.number += 1
        self.follower = "again" if self.number < len(WORK.steps) else "done"
        self.next({"again": self.work, "done": self.end}, condition="follower")

    @step
    def end(self):
        pass


class SeveralAtOnce(FlowSpec):
    @step
    def start(self):
        self.names = [each.name for each in WORK.steps]
        self.next(self.work, foreach="names")

    @step
    def work(self):
        steps.run(self.input)
        self.next(self.join)

    @step
    def join(self, inputs):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    (OneAfterAnother if WORK.parallel == 1 else SeveralAtOnce)()
