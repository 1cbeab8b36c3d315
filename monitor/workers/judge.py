"""The topics of a catalogue, ready to judge articles: built once, when first asked."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property

from config.catalog import Catalog
from monitor.pipeline.match_topics import Matcher, build_matcher


class Judge:
    """Only who classifies pays for the tenth of a second that the terms of all topics cost."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    @cached_property
    def matcher(self) -> Matcher:
        topics = tuple(self._catalog.topics.values())
        return build_matcher(topics, self._catalog.words, self._catalog.entities)

    @cached_property
    def edition(self) -> str:
        """Names this edition of the topics: articles judged by another one are judged again."""
        topics = [topic.model_dump_json() for topic in self._catalog.topics.values()]
        words = json.dumps(self._catalog.words, sort_keys=True, default=list)
        entities = " ".join(self._catalog.entities)
        return hashlib.sha256("\0".join([*topics, words, entities]).encode()).hexdigest()[:16]
