"""Where an export goes: a file that appears when it is whole, a pipe, or standard output."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TextIO

from monitor.errors import UsageError


@contextmanager
def opened(output: Path | None) -> Iterator[IO[bytes]]:
    """A binary stream to write to. A file is replaced at the end, and so is what a link leads to;
    one that breaks off never stands in for a whole one."""
    if output is None:
        if sys.stdout is None:
            raise UsageError("There is no standard output; give a file with -o")
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        # A pipe or a device is written to.
        if output.exists() and not output.is_file():
            with output.open("wb") as out:
                yield out
            return
        target = output.resolve()
        draft = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            with draft.open("xb") as out:
                yield out
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UsageError(f"{output}: cannot be written: {error.strerror}") from error


@contextmanager
def text_of(out: IO[bytes]) -> Iterator[TextIO]:
    """The same stream for text in UTF-8, line ends as they are written."""
    text = io.TextIOWrapper(out, encoding="utf-8", newline="")
    try:
        yield text
        text.flush()
    finally:
        text.detach()
