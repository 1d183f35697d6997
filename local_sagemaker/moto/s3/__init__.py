"""Storage on disk for the objects of moto's S3."""
