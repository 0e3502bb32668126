"""Words that the code has left behind: ``old_words.toml`` lists them, ``make lint`` looks for them.

    .ci/old_words.py [CHECKOUT]

Prints ``file:line: old word: say new word`` for each, and ends with status 1 if there is one.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

LIST = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True)
class Word:
    """An old word, how it is found, and what to say instead."""

    old: str
    new: str
    pattern: re.Pattern[str]
    files: tuple[str, ...]
    but: tuple[str, ...]

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Word:
        """Raises ``KeyError`` for an entry that does not say what is old and what is new."""
        whole = rf"(?<!\w){re.escape(entry['old'])}(?!\w)"
        return cls(
            entry["old"],
            entry["new"],
            re.compile(entry.get("pattern", whole), re.MULTILINE),
            tuple(entry.get("files", ("*",))),
            tuple(entry.get("but", ())),
        )

    def is_looked_for_in(self, path: str) -> bool:
        return _matches(path, self.files) and not _matches(path, self.but)


def read(list_: Path = LIST) -> tuple[list[Word], tuple[str, ...]]:
    """The words, and the files in which they may stand."""
    document = tomllib.loads(list_.read_text(encoding="utf-8"))
    return [Word.of(entry) for entry in document["word"]], tuple(document["skipped"])


def found(words: Sequence[Word], path: str, text: str) -> Iterator[str]:
    """Where ``text`` says an old word, in the order of its lines."""
    hits = [
        (text.count("\n", 0, hit.start()) + 1, word)
        for word in words
        if word.is_looked_for_in(path)
        for hit in word.pattern.finditer(text)
    ]
    for line, word in sorted(hits, key=lambda hit: hit[0]):
        yield f"{path}:{line}: {word.old}: say {word.new}"


def main() -> int:
    """Look into every file that git knows, and is text."""
    checkout = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    words, skipped = read()
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=checkout, check=True, capture_output=True, text=True
    ).stdout
    wrong = []
    for path in filter(None, listed.split("\0")):
        if _matches(path, skipped) or not (checkout / path).is_file():
            continue
        try:
            text = (checkout / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a workbook, a picture
        wrong += found(words, path, text)
    print("\n".join(wrong) or "no old words")
    return 1 if wrong else 0


def _matches(path: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch(path, pattern) for pattern in patterns)


if __name__ == "__main__":
    sys.exit(main())
