"""Retired words stay out of the code, the documents and what the program prints."""

import csv
import re
import subprocess
from pathlib import Path

from tests.support.homes import PROJECT

KINDS = {".py", ".sql", ".yml", ".yaml", ".md", ".j2", ".js", ".css", ".toml", ".csv", ""}
OUTSIDE = ("tests/", "orchestration/reporting/brief/vendor/", "LICENSE", "requirements", "CHANGELOG.md")
with (Path(__file__).with_name("retired_words.csv")).open(encoding="utf-8", newline="") as file:
    RETIRED = {row["phrase"]: row["say instead"] for row in csv.DictReader(file)}
PATTERN = re.compile("|".join(rf"(?P<_{i}>\b(?:{phrase})\b)" for i, phrase in enumerate(RETIRED)), re.IGNORECASE)


def found(path, read=lambda line: line):
    """file:line: phrase -> replacement, for each retired phrase in what `read` takes of a file's lines."""
    for number, line in enumerate(map(read, (PROJECT / path).read_text(encoding="utf-8").splitlines()), 1):
        for match in PATTERN.finditer(line):
            replacement = list(RETIRED.values())[int(match.lastgroup[1:])]
            yield f"{path}:{number}: '{match.group()}' -> {replacement}"


def tracked_files():
    return subprocess.check_output(["git", "ls-files"], cwd=PROJECT, text=True).split()


def name_of_test(line):
    """The words of the test that a line defines."""
    name = re.match(r"def (test_\w+)", line)
    return name[1].replace("_", " ") if name else ""


def test_no_retired_word_is_used():
    tracked = tracked_files()
    texts = [p for p in tracked if Path(p).suffix in KINDS and not p.startswith(OUTSIDE)]
    offences = [offence for path in texts for offence in found(path)]
    assert len(texts) > 200
    assert not offences, "\n".join(offences)


def test_no_retired_word_is_in_the_name_of_a_test():
    files = [p for p in tracked_files() if p.startswith("tests/") and Path(p).name.startswith("test_")]
    offences = [offence for path in files for offence in found(path, name_of_test)]
    assert len(files) > 80
    assert not offences, "\n".join(offences)
