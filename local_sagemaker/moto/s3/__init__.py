"""S3 objects on disk below moto's S3."""
