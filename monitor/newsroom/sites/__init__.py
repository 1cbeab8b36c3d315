"""The shapes of sites, by the name that a `Site` gives. A new shape is a file and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from monitor.newsroom.sites.bulletin import Bulletin
from monitor.newsroom.sites.continental import Continental
from monitor.newsroom.sites.generated import Generated
from monitor.newsroom.sites.palace import Palace
from monitor.newsroom.sites.shape import Setting, Shape
from monitor.newsroom.sites.wordpress import WordPress

SHAPES: Mapping[str, Callable[[Setting], Shape]] = {
    "wordpress": WordPress,
    "continental": Continental,
    "palace": Palace,
    "bulletin": Bulletin,
    "generated": Generated,
}
