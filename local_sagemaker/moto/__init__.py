"""The AWS services other than SageMaker: moto, with corrections."""
