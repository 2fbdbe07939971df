"""How params.yaml names files on the Hugging Face Hub."""

import re
from typing import Annotated

from pydantic import AfterValidator


def _form(pattern: str, words: str) -> AfterValidator:
    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(words)
        return value

    return AfterValidator(check)


Repository = Annotated[str, _form(r"\w[\w.-]*/\w[\w.-]*", "expected owner/name of a dataset on the Hugging Face Hub")]
Revision = Annotated[str, _form("[0-9a-f]{40}", "expected a commit, 40 digits 0-9a-f: branches and tags move")]
Digest = Annotated[str, _form("[0-9a-f]{64}", "expected a SHA-256, 64 digits 0-9a-f")]
RepositoryPath = Annotated[
    str, _form(r"(?!/)(?!(.*/)?\.\.(/|$))[^\\]+", "expected a path inside the repository, like Smoke/Rotation.zip")
]
