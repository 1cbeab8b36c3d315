"""The syntax of terms, and what is said about one that cannot be read."""

from __future__ import annotations

import pytest

from monitor.errors import ConfigError
from monitor.pipeline.topic_terms import Concept, Kind, Near, Phrase, Word, parse_term

WHERE = 'topic "ai-law", [match.en] strong'


def phrase(*words: str, kind: Kind = Kind.STEM) -> Phrase:
    return Phrase(tuple(Word(word, kind) for word in words))


@pytest.mark.parametrize(
    ("term", "expression"),
    [
        ("Artificial Intelligence", phrase("artificial", "intelligence")),
        ("l'IA", phrase("l", "ia")),
        ("=AI", phrase("AI", kind=Kind.EXACT)),
        ("=Digital Bridge", phrase("Digital", "Bridge", kind=Kind.EXACT)),
        ("=A.I.", phrase("A", "I", kind=Kind.EXACT)),
        ("цифровиз*", phrase("цифровиз", kind=Kind.PREFIX)),
        (
            "digital transform*",
            Phrase((Word("digital", Kind.STEM), Word("transform", Kind.PREFIX))),
        ),
        ("@ai", Concept("ai")),
        ("@kai-fu-lee", Concept("kai-fu-lee")),
        ("@ai ~ @law", Near((Concept("ai"), Concept("law")), (None,))),
        ("@ai ~8 regulation", Near((Concept("ai"), phrase("regulation")), (8,))),
        ("a b ~4 c ~ @ai", Near((phrase("a", "b"), phrase("c"), Concept("ai")), (4, None))),
    ],
)
def test_what_terms_mean(term: str, expression: Phrase | Concept | Near) -> None:
    assert parse_term(term, WHERE) == expression


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("", "no word"),
        ("   ", "no word"),
        ("…", "no word"),
        ("=", 'no word after "="'),
        ("=AI*", 'no word after "="'),
        ("@", "names no concept"),
        ("@AI", "names no concept"),
        ("@ai law", "names no concept"),
        ("@ai ~", "no word"),
        ("~ @ai", "no word"),
        ("@ai ~ ~ law", "no word"),
        ("@ai ~x law", 'has "~x"'),
        ("@ai ~0 law", 'has "~0"'),
        ("@ai ~100 law", 'has "~100"'),
        ("d*", "one letter"),
        ("digi*tal", 'a "*" that ends no word'),
        ("* law", 'a "*" that ends no word'),
        ("law @ai", 'has "@" or "=" inside'),
    ],
)
def test_a_typo_is_told_with_its_place(term: str, expected: str) -> None:
    with pytest.raises(ConfigError) as raised:
        parse_term(term, WHERE)
    message = str(raised.value)
    assert expected in message
    assert message.startswith(WHERE)
    assert f'"{term}"' in message
    assert "expected" in message
