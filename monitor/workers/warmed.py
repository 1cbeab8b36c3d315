"""What a child needs before its first page, loaded where children are forked from.

Imported once, by the server that forks the children: the language model alone takes 0.3 s to
unpack, and its memory is then shared by all of them.
"""

import gc

from monitor.pipeline import (  # noqa: F401  # loaded, not used
    extract_article,
    parse_feed,
    parse_listing,
    parse_sitemap,
)
from monitor.pipeline.detect_language import detect_language
from monitor.workers import parsing  # noqa: F401

detect_language("Жаңа жылдан бастап ауыл мектептері интернетке қосылады, деді министр.")

# What is loaded by now stays: collections in a child need not walk through it, page by page copied.
gc.collect()
gc.freeze()
