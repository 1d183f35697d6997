"""The AWS account: identity, S3, prices and console links."""
