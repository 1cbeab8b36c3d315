"""Every bad input is refused with its exact place and the value expected, all of them at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from config.catalog import load_catalog
from monitor.errors import ConfigError

SOURCE = """\
name = "Daily"
homepage = "https://daily.example/"
language = "en"
timezone = "Asia/Almaty"

[[channels]]
kind = "feed"
url = "https://daily.example/feed"

[[channels]]
kind = "listing"
url = "https://daily.example/news"
item = "div.card"
"""
TOPIC = """\
seed = "One passage."
name = { en = "A", fr = "B", ru = "C", kk = "D" }

[match.en]
strong = ["word"]
"""
HTTP = 'expected an address that begins with "https://" or "http://", not '


def problems(folder: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_catalog(folder)
    head, *lines = str(caught.value).splitlines()
    count = "1 problem" if len(lines) == 1 else f"{len(lines)} problems"
    assert head == f"{folder}: {count}"
    assert caught.value.exit_code == 2
    return lines


def put(folder: Path, name: str, text: str | bytes) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('"https://daily.example/feed"', '"file:///etc/passwd"',
         f'line 8: channels[0].url: {HTTP}"file:///etc/passwd"'),
        ('"https://daily.example/feed"', '"https://user:secret@daily.example/feed"',
         "line 8: channels[0].url: expected an address without a user name or password"),
        ('"https://daily.example/feed"', '"daily.example/feed"',
         f'line 8: channels[0].url: {HTTP}"daily.example/feed"'),
        ('"https://daily.example/feed"', '"https:///feed"',
         f'line 8: channels[0].url: {HTTP}"https:///feed"'),
        ('"https://daily.example/feed"', '"https://daily.example:http/"',
         "line 8: channels[0].url: expected a web address ("),
        ('"https://daily.example/feed"', '"https://daily.example/a b"',
         "line 8: channels[0].url: expected an address without blanks"),
        ('"https://daily.example/feed"', '"https://daily.example/?p={page}"',
         'line 8: channels[0].url: expected an address without "{page}"'),
        ('feed"\n\n', 'feed"\nbackfill = "https://daily.example/{pag}"\n',
         'line 9: channels[0].backfill: expected "{page}" as the only placeholder'),
        ('"https://daily.example/"', '"www.daily.example"',
         f'line 2: homepage: {HTTP}"www.daily.example"'),
        ('"Asia/Almaty"', '"Asia/Alma-Ata"',
         'line 4: timezone: expected an IANA time zone such as "Asia/Almaty", not "Asia/Alma-Ata"'),
        ('"Asia/Almaty"', '"../etc"', "line 4: timezone: expected an IANA time zone"),
        ('"Asia/Almaty"', '"Asia"', "line 4: timezone: expected an IANA time zone"),
        ('"en"', '"kz"', 'line 3: language: expected "kk" for Kazakh'),
        ('"en"', '"English"', "line 3: language: expected a language code of two small letters"),
        ('"Daily"', '" "', 'line 1: name: expected a text that is not empty, not " "'),
        ('"Daily"', "5", "line 1: name: expected a text in quotes, not 5"),
        ('"div.card"', '"div.card >"', "line 13: channels[1].item: expected a CSS selector"),
        ('item = "div.card"\n', "",
         "line 10: channels[1].item: missing; a listing needs the CSS selector"),
        ('item = "div.card"', 'item = "a"\nlnik = "a"',
         'line 14: channels[1].lnik: unknown key; did you mean "link"?'),
        ('"feed"\n', '"feed"\ntitle = "h3"\n',
         'line 8: channels[0].title: this key is for channels of kind "listing" only'),
        ('kind = "feed"', 'kind = "rss"',
         'line 7: channels[0].kind: expected "feed", "sitemap" or "listing", not "rss"'),
        ('kind = "feed"\n', "",
         'line 6: channels[0].kind: missing; expected "feed", "sitemap" or "listing"'),
        ("timezone", 'every = "soon"\ntimezone',
         'line 4: every: expected a duration such as "2s", "15m", "6h" or "1d", not "soon"'),
        ("timezone", "every = 15\ntimezone", "line 4: every: expected a duration"),
        ("timezone", 'every = "0s"\ntimezone', "line 4: every: expected a duration longer than"),
        ("timezone", 'every = "99999999d"\ntimezone',
         "line 4: every: expected a duration of at most a year"),
        ("timezone", 'enabled = "no"\ntimezone',
         'line 4: enabled: expected true or false, not "no"'),
        ("timezone", 'include = ["/a", "("]\ntimezone',
         "line 4: include[1]: expected a regular expression"),
        ("timezone", 'exclude = "/a"\ntimezone',
         'line 4: exclude: expected a list in square brackets, not "/a"'),
        ("timezone", 'user_agent = "a\\nb"\ntimezone', "line 4: user_agent: expected one line"),
        ("timezone", 'timezon = "UTC"\ntimezone',
         'line 4: timezon: unknown key; did you mean "timezone"?'),
        ("timezone", 'id = "other"\ntimezone',
         "line 4: id: unknown key; the id is the name of the file"),
        ('item = "div.card"', 'item = "a"\n[extract]\nbody = "p:foo"',
         "line 15: extract.body: expected a CSS selector"),
        ('item = "div.card"', 'item = "a"\n[extract]\nbdoy = "p"',
         'line 15: extract.bdoy: unknown key; did you mean "body"?'),
        ('item = "div.card"', 'item = "a"\nspacing = "0s"',
         'line 14: channels[1].spacing: unknown key; "spacing" describes the whole file: put it'),
        ("language", "languages", 'line 3: languages: unknown key; did you mean "language"?'),
        ('name = "Daily"\n', "", "a.toml: name: missing; expected what the outlet is called"),
        ('"Daily"', '"Daily', "line 1: not valid TOML: "),
        ('language = "en"', 'name = "Twice"', "line 3: not valid TOML: "),
        ('"div.card"\n', '"""', "line 13: not valid TOML: "),
    ],
)  # fmt: skip
def test_a_bad_source(tmp_path: Path, old: str, new: str, place: str) -> None:
    put(tmp_path, "sources/a.toml", SOURCE.replace(old, new, 1))
    lines = problems(tmp_path)
    assert all(line.startswith("sources/a.toml") for line in lines)
    assert any(place in line for line in lines), lines


def test_the_good_source_is_good(tmp_path: Path) -> None:
    put(tmp_path, "sources/a.toml", SOURCE)
    assert list(load_catalog(tmp_path).sources) == ["a"]


@pytest.mark.parametrize(
    ("channels", "place"),
    [
        ("", "channels: missing; expected at least one table under the header [[channels]]"),
        ("channels = []", "line 4: channels: expected at least 1 of them, not an empty list"),
        ("[channels]\nkind = 'feed'", "line 4: channels: expected a list of tables"),
        ("channels = [1]", "line 4: channels[0]: expected a table, not 1"),
    ],
)
def test_bad_channels_as_a_whole(tmp_path: Path, channels: str, place: str) -> None:
    put(tmp_path, "sources/a.toml", "\n".join(SOURCE.split("\n")[:3]) + "\n" + channels)
    (line,) = problems(tmp_path)
    assert place in line


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'name = "\n\n\xcd\xee\xe2"', "sources/a.toml, line 3: expected UTF-8, not the byte 0xcd"),
        ("name = 'a'".encode("utf-16"), "sources/a.toml, line 1: expected UTF-8"),
        (b"a = " + b"[" * 20000, "sources/a.toml: not valid TOML: nested too deeply"),
    ],
)
def test_content_that_is_no_toml(tmp_path: Path, content: bytes, expected: str) -> None:
    put(tmp_path, "sources/a.toml", content)
    (line,) = problems(tmp_path)
    assert line.startswith(expected)


def test_a_link_that_leads_nowhere_and_a_pipe(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    os.symlink(tmp_path / "gone", tmp_path / "sources" / "a.toml")
    os.mkfifo(tmp_path / "sources" / "b.toml")
    assert problems(tmp_path) == [
        "sources/a.toml: cannot be read: No such file or directory",
        "sources/b.toml: expected a file",
    ]


@pytest.mark.parametrize("name", ["Euronews", "the_times", "é", "a b", "-a"])
def test_a_bad_file_name(tmp_path: Path, name: str) -> None:
    put(tmp_path, f"sources/{name}.toml", SOURCE)
    (line,) = problems(tmp_path)
    assert line.startswith(f"sources/{name}.toml: expected a file name of small letters a-z")


@pytest.mark.parametrize("second", ["kz/a", "A"])
def test_an_id_twice(tmp_path: Path, second: str) -> None:
    put(tmp_path, "sources/a.toml", SOURCE)
    put(tmp_path, f"sources/{second}.toml", SOURCE.replace("daily.example", "other.example"))
    lines = problems(tmp_path)
    assert any("the id " in line and " is taken by sources/" in line for line in lines)
    assert any(line.startswith(f"sources/{second}.toml") for line in lines)


@pytest.mark.parametrize(
    "same",
    [
        "https://daily.example/feed",
        "HTTPS://DAILY.example:443/feed#top",
        "http://daily.example/feed",
    ],
)
def test_a_channel_watched_twice(tmp_path: Path, same: str) -> None:
    put(tmp_path, "sources/a.toml", SOURCE)
    put(
        tmp_path,
        "sources/b.toml",
        SOURCE.replace("https://daily.example/feed", same).replace("/news", "/other"),
    )
    (line,) = problems(tmp_path)
    assert line == (
        f'sources/b.toml, line 8: channels[0].url: "{same}" is watched already '
        "(sources/a.toml, line 8); expected each address once"
    )


def test_a_channel_twice_in_one_file(tmp_path: Path) -> None:
    put(tmp_path, "sources/a.toml", SOURCE.replace("/news", "/feed"))
    (line,) = problems(tmp_path)
    assert line.startswith("sources/a.toml, line 12: channels[1].url: ")


def test_all_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    put(tmp_path, "sources/a.toml", SOURCE.replace('"en"', '"e"').replace("Almaty", "Nowhere"))
    put(tmp_path, "sources/b.toml", "name = ")
    put(tmp_path, "topics/t.toml", TOPIC.replace("strong", "strogn"))
    put(tmp_path, "concepts.toml", "[a]\nde = []\n")
    places = [line.split(": ")[0] for line in problems(tmp_path)]
    assert places == [
        "concepts.toml, line 2",
        "sources/a.toml, line 3",
        "sources/a.toml, line 4",
        "sources/b.toml, line 1",
        "topics/t.toml, line 5",
    ]


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("[match.en]", "[match.kz]",
         'line 4: match.kz: expected "any", "en", "fr", "ru" or "kk", not "kz"'),
        ('strong = ["word"]', 'strong = ["word", ""]',
         'line 5: match.en.strong[1]: expected a text that is not empty, not ""'),
        ("strong", "storng", 'line 5: match.en.storng: unknown key; did you mean "strong"?'),
        (', kk = "D"', "", "line 2: name.kk: missing; expected the name in this language"),
        ('seed = "One passage."', "threshold = 0",
         "line 1: threshold: expected a number above 0, not 0"),
        ('seed = "One passage."', 'threshold = "1"',
         'line 1: threshold: expected a number, not "1"'),
        ('seed = "One passage."', "threshold = inf", "line 1: threshold: expected a finite number"),
        ('seed = "One passage."', 'scope = "Europe"',
         'line 1: scope: expected "kazakhstan", "central-asia" or "anywhere", not "Europe"'),
        ('["word"]', '["word"]\n[[examples]]\nlanguage = "en"\nmatches = 1\ntext = "t"',
         "line 8: examples[0].matches: expected true or false, not 1"),
        ('["word"]', '["word"]\n[[examples]]\nlanguage = "en"\nmatches = true',
         "line 6: examples[0].text: missing; expected the text of the example"),
    ],
)  # fmt: skip
def test_a_bad_topic(tmp_path: Path, old: str, new: str, place: str) -> None:
    put(tmp_path, "topics/t.toml", TOPIC.replace(old, new, 1))
    lines = problems(tmp_path)
    assert any(place in line for line in lines), lines


def test_a_concept_that_does_not_exist(tmp_path: Path) -> None:
    put(tmp_path, "topics/t.toml", TOPIC.replace("word", "@kazakhstan ~6 @kazakstan info@x"))
    put(tmp_path, "concepts.toml", '[kazakhstan]\nen = ["Astana",\n"@astna"]\n[astana]\nen = []')
    assert problems(tmp_path) == [
        'concepts.toml, line 3: kazakhstan.en[1]: no concept is called "astna"; '
        'did you mean "astana"?',
        'topics/t.toml, line 5: match.en.strong[0]: no concept is called "kazakstan"; '
        'did you mean "kazakhstan"?',
    ]


def test_concepts_of_the_wrong_shape(tmp_path: Path) -> None:
    put(tmp_path, "concepts.toml", 'flat = ["a"]\n[b]\nen = "a"\n')
    assert problems(tmp_path) == [
        "concepts.toml, line 1: flat: expected a table, not a list",
        'concepts.toml, line 3: b.en: expected a list in square brackets, not "a"',
    ]


def test_a_folder_that_is_missing_or_is_no_catalog(tmp_path: Path) -> None:
    (line,) = problems(tmp_path / "gone")
    assert "no such folder; MONITOR_CONFIG_DIR names one" in line
    (line,) = problems(tmp_path)
    assert 'expected a folder named "sources" or "topics"' in line


def test_no_source_at_all(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    assert problems(tmp_path) == ["sources: no source at all; expected at least one file *.toml"]


def test_a_part_that_is_given_wrongly_is_not_replaced_by_the_shipped_one(tmp_path: Path) -> None:
    os.symlink(tmp_path / "gone", tmp_path / "sources")
    put(tmp_path, "topics", "a file")
    lines = problems(tmp_path)
    assert lines == ["sources: expected a folder", "topics: expected a folder"]


def test_entities_of_the_wrong_shape(tmp_path: Path) -> None:
    put(
        tmp_path,
        "entities.toml",
        '[a]\nkind = "persona"\nname = { en = "A" }\n[b]\nkind = "place"\nany = ["@nowhere"]\n',
    )
    lines = problems(tmp_path)
    assert any(line.startswith("entities.toml, line 2: a.kind: expected") for line in lines)
    assert any(
        line.startswith("entities.toml, line 4: b.name: missing; expected") for line in lines
    )


def test_an_entity_names_entities_only(tmp_path: Path) -> None:
    put(tmp_path, "entities.toml", '[a]\nkind = "place"\nname = { en = "A" }\nany = ["@state"]\n')
    put(tmp_path, "topics/t.toml", TOPIC)
    assert "entities.toml, line 4: a.any[0]" in problems(tmp_path)[0]
