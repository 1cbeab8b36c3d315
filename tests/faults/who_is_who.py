"""Faults of identity and dates: one article stays one, two stay two."""

from __future__ import annotations

from monitor.newsroom.world import Habits, Identity
from tests.faults.table import Case, Fault

ALL = "every article, once"
PACE = "at the channel's own pace"


def _known(name: str, wrong: str, identity: Identity, *warnings: str, **case: object) -> Fault:
    made = Case(
        habits=Habits(identity=identity),
        warnings=frozenset(warnings),
        **case,  # type: ignore[arg-type]
    )
    told = ", ".join(f"`{each}`" for each in warnings)
    return Fault(
        name, wrong, ALL, PACE, f"a warning with the poll: {told}" if told else "nothing", made
    )


FAULTS = (
    _known("no-guid", "items without a guid", "link"),
    _known("guid-churn", "another guid at each load", "churn"),
    _known("guid-shared", "one guid for all items", "shared"),
    _known("guid-is-a-place", "the guid is the item's place in the feed", "position"),
    _known("links-churn", "no guid, and links with other parameters at each load", "none"),
    _known(
        "no-link",
        "items without a link: the feed's words are the article",
        "guid-only",
        "entry.no_link",
    ),
    _known(
        "no-link-no-guid",
        "items with neither link nor guid",
        "text-only",
        "entry.no_identity",
    ),
    Fault(
        "no-dates",
        "neither feed nor pages give a date",
        f"{ALL}, without a date, in the order in which they were seen",
        PACE,
        "nothing",
        Case(habits=Habits(dates="none"), dated=False),
    ),
    Fault(
        "future-dates",
        "dates of next year in feed and pages",
        f"{ALL}, without the date, which would keep it on top for a year",
        PACE,
        "nothing",
        Case(habits=Habits(dates="future"), dated=False),
    ),
)
