"""How params.yaml names files on the Hugging Face Hub, and the place there where finished cells are shared."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from equidyn.core.params.types import Strict


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
    str, _form(r"(?!/)(?!(.*/)?\.\.(/|$))[^\\]+", "expected a path inside the repository, like folder/data.zip")
]
Branch = Annotated[
    str,
    _form(r"(?!.*\.\.)\w[\w./-]*", "expected a branch or a tag of the repository: letters, digits, _, -, . and /"),
]


class Hub(Strict):
    """Where finished cells are shared. In no stage's keys: where a result comes from does not change what it is."""

    repository: Repository = Field(description="owner/name, of a dataset (data) and of a model (trainings, reports)")
    revision: Branch = Field(default="main", description="branch or tag, the same in both")
    pull: bool = Field(default=False, description="prepare and train look there first, and compute what is not there")
