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
        return build_matcher(tuple(self._catalog.topics.values()), self._catalog.concepts)

    @cached_property
    def edition(self) -> str:
        """Names this edition of the topics: articles judged by another one are judged again."""
        topics = [topic.model_dump_json() for topic in self._catalog.topics.values()]
        concepts = json.dumps(self._catalog.concepts, sort_keys=True, default=list)
        return hashlib.sha256("\0".join([*topics, concepts]).encode()).hexdigest()[:16]
