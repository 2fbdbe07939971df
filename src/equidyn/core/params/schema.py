"""The JSON schema of params.yaml, made from the pydantic models that check it; editors use it for hints."""

import json
from typing import Any

from equidyn.core.params.params import full_model


def schema() -> dict[str, Any]:
    """JSON schema (draft 2020-12). Options of models and measures stay open: their files
    declare them. Domains are those that come with equidyn."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **full_model().model_json_schema()}


def text() -> str:
    """The very content of workflow/schemas/params.schema.json."""
    return json.dumps(schema(), indent=2) + "\n"
