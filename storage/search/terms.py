"""The terms a text is indexed under: its words' stems, each with the language that made it.

"ru:искусствен" and "fr:publiqu" cannot meet a stem of another language by accident. Queries go
through the same function, once for each language a document may be in.
"""

from __future__ import annotations

from monitor.pipeline.words import LANGUAGES, Token, script_language, stems


def terms(text: str, language: str) -> list[tuple[Token, str]]:
    """Every word of a text with its index term; other languages are stemmed as English."""
    known = language if language in LANGUAGES else "en"
    return [
        (token, f"{script_language(token.folded, known)}:{stem}")
        for token, stem in stems(text, known)
    ]


def query_terms(words: str) -> list[tuple[str, ...]]:
    """The terms these words have in a document of each language, without repetitions."""
    found = {tuple(term for _, term in terms(words, language)): None for language in LANGUAGES}
    return [each for each in found if each]
