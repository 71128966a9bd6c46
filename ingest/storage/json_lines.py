"""Files of JSON lines that only grow: a record is appended whole or not at all."""

import os
from collections.abc import Iterator
from io import FileIO
from pathlib import Path


def append_lines(path: Path, lines: list[bytes]) -> None:
    """Append lines and wait until they are on the disk.

    Raises:
        OSError: they cannot be written; the file is unchanged.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b", buffering=0) as file:
        size = _drop_half_line(file)
        try:
            rest = b"".join(line + b"\n" for line in lines)
            while rest:
                rest = rest[file.write(rest) :]
            os.fsync(file.fileno())
        except OSError:  # a full disk takes half a line: the next one must not follow it directly
            file.truncate(size)
            raise


def complete_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Each line with its number, from 1; a last line without its end is what a crash left, and is skipped."""
    if not path.exists():
        return
    for number, line in enumerate(path.read_bytes().split(b"\n")[:-1], 1):
        if line:
            yield number, line


def _drop_half_line(file: FileIO) -> int:
    """Cut off what a crash left of a last line; returns the size."""
    size = file.seek(0, os.SEEK_END)
    if not size:
        return 0
    file.seek(size - 1)
    if file.read(1) == b"\n":
        return size
    file.seek(0)
    size = file.readall().rfind(b"\n") + 1
    file.truncate(size)
    return size
