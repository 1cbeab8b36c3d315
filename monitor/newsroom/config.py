"""Source files that point the monitor at a room.

    MONITOR_CONFIG_DIR=<folder> MONITOR_ALLOW_PRIVATE_HOSTS=true monitor poll --all

Topics are not written: they are the same as for real sources.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from monitor.newsroom.hosts import OpenHost
from monitor.newsroom.server import Newsroom
from monitor.newsroom.world import Site

Table = Mapping[str, str]

# A room is one's own: no pause between requests, and polls as fast as its clock may run.
_HEAD = """\
name = {name}
homepage = {homepage}
language = {language}
timezone = {timezone}
every = "15s"
min_interval = "1s"
spacing = "0s"
"""
_ZONES = {"continental": "Europe/Paris", "generated": "UTC"}


def write_config(folder: Path, room: Newsroom) -> tuple[Path, ...]:
    """Write `sources/<site>.toml` below `folder` for every site of the open `room`."""
    sources = folder / "sources"
    sources.mkdir(parents=True, exist_ok=True)
    written = []
    for site in room.world.sites:
        hosts = [host for host in room.sites.values() if host.site.id == site.id]
        file = sources / f"{site.id}.toml"
        file.write_text(source_toml(site, hosts), encoding="utf-8")
        written.append(file)
    return tuple(written)


def source_toml(site: Site, hosts: list[OpenHost]) -> str:
    head = _HEAD.format(
        name=_quoted(site.title),
        homepage=_quoted(f"{hosts[0].base}/"),
        language=_quoted(site.languages[0]),
        timezone=_quoted(_ZONES.get(site.shape, "Asia/Almaty")),
    )
    channels = [channel for host in hosts for channel in _CHANNELS[site.shape](host)]
    tables = [_table("[[channels]]", channel) for channel in channels]
    if site.shape in _EXTRACT:
        tables.append(_table("[extract]", _EXTRACT[site.shape]))
    return "\n".join([head, *tables])


def _wordpress(host: OpenHost) -> list[Table]:
    feed = f"{host.base}/feed/"
    return [
        {"kind": "feed", "url": feed, "backfill": f"{feed}?paged={{page}}"},
        {"kind": "sitemap", "url": f"{host.base}/news-sitemap.xml"},
    ]


def _continental(host: OpenHost) -> list[Table]:
    language = host.languages[0]
    sitemaps = f"{host.base}/sitemaps/{language}"
    return [
        {"kind": "feed", "url": f"{host.base}/rss?level=theme&name=news", "language": language},
        {
            "kind": "sitemap",
            "url": f"{sitemaps}/latest-news.xml",
            "backfill": f"{sitemaps}/articles.xml",
            "language": language,
        },
    ]


def _palace(host: OpenHost) -> list[Table]:
    selectors = {"item": ".card", "link": "h3 a", "title": "h3 a", "date": "h5"}
    return [
        {
            "kind": "listing",
            "url": f"{host.base}/{code}/events",
            "backfill": f"{host.base}/{code}/events?page={{page}}",
            "language": language,
            **selectors,
        }
        for code, language in (("ru", "ru"), ("kz", "kk"), ("en", "en"))
    ]


def _bulletin(host: OpenHost) -> list[Table]:
    return [
        {"kind": "feed", "url": f"{host.base}/kk/atom.xml", "language": "kk"},
        {"kind": "feed", "url": f"{host.base}/ru/rss.xml", "language": "ru"},
    ]


def _generated(host: OpenHost) -> list[Table]:
    kind = host.site.habits.announced_by
    if kind == "listing":
        return [{"kind": kind, "url": f"{host.base}/latest", "item": "li", "link": "a"}]
    return [{"kind": kind, "url": f"{host.base}/{kind}.xml"}]


_CHANNELS = {
    "wordpress": _wordpress,
    "continental": _continental,
    "palace": _palace,
    "bulletin": _bulletin,
    "generated": _generated,
}
_EXTRACT: Mapping[str, Table] = {
    "wordpress": {
        "body": "div.post",
        "title": "h1",
        "byline": "p.byline a[rel=author]",
        "date": "p.byline",
        "remove": ".wp-caption",
    },
    "palace": {"body": "article", "title": "#main_block h2"},
}


def _table(name: str, values: Table) -> str:
    lines = [f"{key} = {_quoted(value)}" for key, value in values.items()]
    return "\n".join([name, *lines, ""])


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)  # a JSON string is a basic string of TOML
