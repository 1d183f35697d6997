"""The data set, the sample, uploads and code bundles."""
