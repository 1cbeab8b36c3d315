"""All faults, by family, in the order of the document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tests.faults import (
    at_its_own_pace,
    behind_the_links,
    from_the_site,
    in_the_feed,
    on_the_line,
    over_time,
    proved_elsewhere,
    who_is_who,
)
from tests.faults.scene import Course
from tests.faults.table import Fault

Courses = Callable[[str], Mapping[str, Course]]

FAMILIES: Mapping[str, Sequence[Fault]] = {
    "On the line": on_the_line.FAULTS,
    "From the site": from_the_site.FAULTS,
    "What a channel asks for": at_its_own_pace.FAULTS,
    "In the feed": in_the_feed.FAULTS,
    "Behind the links": behind_the_links.FAULTS,
    "What is one article": who_is_who.FAULTS,
    "Over days, and between channels": over_time.FAULTS,
    "Gaps, silence, corrections, children": proved_elsewhere.FAULTS,
}
