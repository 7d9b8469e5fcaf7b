"""Generated protobuf messages of `proto/sluice/v1/`."""
