"""The catalogue of messages against the code: every text has its German, and says it plainly."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from said_in_code import english_words, placeholders, said, templates, unsaid

from kreishaus.wording import CATALOGUE

ROOT = Path(__file__).parents[3]

NOT_YET_SAID: dict[str, int] = {}
"""By package, how many arguments that people read are plain English yet. May only become fewer."""


@pytest.fixture(scope="module")
def german() -> dict[str, str]:
    with CATALOGUE.open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file, locale="de") if one.id}


@pytest.fixture(scope="module")
def used() -> set[str]:
    return templates(ROOT)


def test_each_template_of_the_code_has_a_german_text(german: dict[str, str], used: set[str]):
    assert not [one for one in sorted(used) if not german.get(one)], "python .ci/messages.py"


def test_the_catalogue_holds_nothing_that_no_code_says(german: dict[str, str], used: set[str]):
    assert not sorted(german.keys() - used), "python .ci/messages.py"


def test_german_and_english_have_the_same_placeholders(german: dict[str, str]):
    assert not [one for one, text in german.items() if placeholders(one) != placeholders(text)]


def test_german_begins_and_ends_as_the_english_does(german: dict[str, str]):
    """Texts are put together: a blank or a line's end that is lost joins two words."""

    def ends(text: str) -> tuple[str, ...]:
        return tuple(re.findall(r"^\s*|\s*$", text))

    assert not [one for one, text in german.items() if ends(one) != ends(text)]


def test_each_call_gives_the_values_that_its_template_names():
    wrong = []
    for where, call, template in said(ROOT):
        given = {one.arg for one in call.keywords}
        assert isinstance(template, ast.Constant)
        if call_counts := len(call.args) == 3:
            given.add("count")
        named = placeholders(str(template.value))
        if named - given or (given - named and not call_counts):
            wrong.append((where, template.value, sorted(map(str, given))))
    assert not wrong


def test_german_has_no_english_words(german: dict[str, str]):
    found = {text: words for text in german.values() if (words := english_words(text))}
    assert not found


def test_nobody_is_sent_to_a_file_of_the_program(german: dict[str, str]):
    assert not [text for text in german.values() if re.search(r"\.(py|sql|html)\b", text)]


def test_what_is_plain_english_becomes_less_and_never_more():
    found = unsaid(ROOT)
    more = {name: count for name, count in found.items() if count > NOT_YET_SAID.get(name, 0)}
    assert not more, "say it by kreishaus.wording.say, with its German in the catalogue"
    done = {name: count for name, count in NOT_YET_SAID.items() if found[name] < count}
    assert not done, f"fewer are left: lower these numbers to {dict(found)}"
