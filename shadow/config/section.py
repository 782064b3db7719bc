"""What every table of crossfade.toml is made of: the types of its values, and the table itself."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

from crossfade.shadow.config.address import check_address, check_http_route, check_pattern, check_url


def shown(form: str) -> WithJsonSchema:
    """A text of which the JSON schema gives the form."""
    return WithJsonSchema({"type": "string", "format": form})


Pct = Annotated[float, Field(ge=0, le=100)]
Address = Annotated[str, AfterValidator(check_address), shown("host:port")]
Url = Annotated[str, AfterValidator(check_url), shown("URL with a port")]
TextPath = Annotated[Path, Field(strict=False), shown("file")]
Folder = Annotated[Path, Field(strict=False), shown("folder")]
HttpRoute = Annotated[str, AfterValidator(check_http_route), shown("METHOD /path/{name}")]
Pattern = Annotated[str, AfterValidator(check_pattern), shown("regular expression")]
AnyGlob = Annotated[str, shown("glob")]
Glob = Annotated[AnyGlob, Field(min_length=1)]
Name = Annotated[str, Field(min_length=1)]


class Section(BaseModel):
    """A table of the file: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
