"""RecordIO-protobuf as the containers read and write it."""
