"""The files that a note brings along for a build or a Compose project."""

from __future__ import annotations

from pydantic import BaseModel, Field

from server.note_file_check import CheckedFile, OwnFiles


class ProblemBody(BaseModel):
    """A comment that Docker would take for arguments."""

    line: int
    comment: str


class FileBody(BaseModel):
    """A file of a note."""

    name: str
    text: str
    problems: list[ProblemBody] = []
    cleaned: str = Field("", description="Without the problems; empty where there are none.")

    @classmethod
    def of(cls, file: CheckedFile) -> FileBody:
        """Turn a file into its wire shape."""
        problems = [ProblemBody(line=line, comment=comment) for line, comment in file.problems]
        return cls(name=file.name, text=file.text, problems=problems, cleaned=file.cleaned)


class FilesBody(BaseModel):
    """All that a command takes along."""

    files: list[FileBody]
    services: list[str] = Field([], description="Of the Compose file among them, in its order.")

    @classmethod
    def of(cls, own: OwnFiles) -> FilesBody:
        """Turn a note's files into their wire shape."""
        files = [FileBody.of(each) for each in own.files]
        return cls(files=files, services=list(own.services))
