"""Find thousands of phrases in a text in one pass over its words.

Every distinct word of a phrase is a pattern with a number; a tree over these numbers holds the
phrases. Each word of a text is looked up once (its patterns are remembered between texts), and
only a word that begins some phrase is followed into the tree. Plain dictionaries: 2,000 phrases
over 500 words take about the time of splitting the text into words, so that an Aho-Corasick
extension would gain nothing that can be noticed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from monitor.pipeline.kazakh_latin import cyrillic_of
from monitor.pipeline.stemming import stem
from monitor.pipeline.topic_terms import Kind, Phrase, Word
from monitor.pipeline.words import Token, script_language, sentences, tokenize

Span = tuple[int, int]
"""The first and the last word of a find, as indexes into the words of the text."""

_REMEMBERED = 50_000  # distinct words kept with their patterns, about 5 MB
_SEPARATORS = frozenset(",;:")


@dataclass(slots=True)
class _Node:
    phrase: int | None = None
    next: dict[int, _Node] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """A text's words, the sentence of each, and where each phrase (by number) stands."""

    text: str
    tokens: Sequence[Token]
    sentence_of: Sequence[int]
    phrases: dict[int, list[Span]]


class PhraseFinder:
    """The phrases of one language. `add` all of them first, then `find` in as many texts."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._numbers: dict[Phrase, int] = {}
        self._patterns: dict[Word, int] = {}
        self._prefix_lengths: tuple[int, ...] = ()
        self._root = _Node()
        self._remembered: dict[str, tuple[int, ...]] = {}

    def add(self, phrase: Phrase) -> int:
        """The number of a phrase, the same one for what is the same in this language."""
        known = self._numbers.get(phrase)
        if known is not None:
            return known
        node = self._root
        for word in phrase.words:
            node = node.next.setdefault(self._pattern(word), _Node())
        if node.phrase is None:
            node.phrase = len(self._numbers)
        self._numbers[phrase] = node.phrase
        return node.phrase

    def find(self, text: str) -> Found:
        """Where the phrases stand. None reaches over the end of a sentence or a comma."""
        tokens = tokenize(text)
        sentence_of = list(_sentences_of(tokens, sentences(text)))
        patterns = [self._patterns_of(token) for token in tokens]
        phrases: dict[int, list[Span]] = {}
        found = Found(text, tokens, sentence_of, phrases)
        for first, numbers in enumerate(patterns):
            if numbers:
                self._follow(self._root, found, patterns, first, first)
        return found

    def _follow(
        self, node: _Node, found: Found, patterns: list[tuple[int, ...]], first: int, at: int
    ) -> None:
        for number in patterns[at]:
            following = node.next.get(number)
            if following is None:
                continue
            if following.phrase is not None:
                spans = found.phrases.setdefault(following.phrase, [])
                if (first, at) not in spans[-1:]:
                    spans.append((first, at))
            if following.next and at + 1 < len(patterns) and _joined(found, at):
                self._follow(following, found, patterns, first, at + 1)

    def _pattern(self, word: Word) -> int:
        if word.kind is Kind.STEM:
            word = Word(self._stem(word.text), Kind.STEM)
        elif word.kind is Kind.PREFIX:
            lengths = {*self._prefix_lengths, len(word.text)}
            self._prefix_lengths = tuple(sorted(lengths))
        return self._patterns.setdefault(word, len(self._patterns))

    def _stem(self, folded: str) -> str:
        return stem(folded, script_language(folded, self._language))

    def _patterns_of(self, token: Token) -> tuple[int, ...]:
        known = self._remembered.get(token.text)
        if known is None:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            known = self._remembered[token.text] = self._look_up(token)
        return known

    def _look_up(self, token: Token) -> tuple[int, ...]:
        words = self._words_of(token.text, token.folded)
        # A Kazakh text in Latin letters has names of firms in it, so both readings of a word hold.
        cyrillic = cyrillic_of(token.text) if self._language == "kk" else None
        if cyrillic is not None:
            written = cyrillic.upper() if token.text.isupper() else cyrillic
            words += self._words_of(written, cyrillic)
        numbers = (self._patterns.get(word) for word in words)
        return tuple(dict.fromkeys(number for number in numbers if number is not None))

    def _words_of(self, written: str, folded: str) -> list[Word]:
        beginnings = (length for length in self._prefix_lengths if length <= len(folded))
        return [
            Word(self._stem(folded), Kind.STEM),
            Word(written, Kind.EXACT),
            *(Word(folded[:length], Kind.PREFIX) for length in beginnings),
        ]


def _sentences_of(tokens: Sequence[Token], ends: Sequence[int]) -> Iterator[int]:
    """The number of the sentence in which each word ends."""
    sentence = 0
    for token in tokens:
        while ends[sentence] < token.end:
            sentence += 1
        yield sentence


def _joined(found: Found, at: int) -> bool:
    """Whether the word after `at` may continue a phrase: same sentence, no comma between."""
    here, after = found.tokens[at], found.tokens[at + 1]
    return found.sentence_of[at] == found.sentence_of[at + 1] and _SEPARATORS.isdisjoint(
        found.text[here.end : after.start]
    )
