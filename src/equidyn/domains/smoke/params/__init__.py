"""What params.yaml says of this domain's sources, datasets and tasks."""
