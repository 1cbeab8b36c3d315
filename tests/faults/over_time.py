"""Faults that take days, or that are about more than one channel: stories of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from monitor.model import ArchivedArticle, ChannelState, EntryState
from monitor.newsroom import faults
from monitor.newsroom.exchange import Answer
from monitor.workers.sandbox import Sandbox
from storage.repositories import channels
from tests.faults.from_the_site import moving
from tests.faults.on_the_line import NOTHING, SLOWER
from tests.faults.scene import WELL, Look, Scene
from tests.faults.strikes import body
from tests.faults.table import FEED, Fault

SITE = "g001"


class Watched(Scene):
    """A scene with one site, and a clock that is moved by hand."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        super().__init__((), folder, sandbox)

    async def after(self, hours: float, *, everything: bool = True) -> Look:
        """Some hours later, a poll; how the site stands then."""
        self.room.advance(hours=hours)
        await self.poll(everything=everything)
        return (await self.looks(at_status=False))[WELL]

    def fail(self, path: str, fault: faults.Fault) -> None:
        self.room.fail(SITE, path, fault)

    def asked(self, path: str) -> int:
        """How often it was asked for what begins like that."""
        return sum(one.target.startswith(path) for one in self.room.ledger.requests(SITE))

    def assert_exact(self, look: Look, count: int = 6) -> None:
        """So many of its articles are stored, each once."""
        urls = sorted(each.article.url for each in look.archive)
        made = self.room.world.of_site(SITE)[:count]
        assert urls == sorted(self.room.url_of(each.id) for each in made)


def kinds(look: Look) -> list[str]:
    return [each.alarm.kind for each in look.alarms]


async def gone(folder: Path, sandbox: Sandbox) -> None:
    async with Watched(folder, sandbox) as scene:
        await scene.poll(everything=True)
        scene.fail(FEED, faults.status(410))
        for count in range(1, 4):
            look = await scene.after(24 if count > 1 else 1, everything=count == 1)
            assert look.state.failures == count
            assert look.poll["code"] == "http.410"
            assert kinds(look) == ["gone"]
        assert look.state.next_poll_at is not None
        pause = look.state.next_poll_at - look.at
        assert timedelta(days=6) <= pause <= timedelta(days=7)
        assert "gone for good" in (look.state.plan_reason or "")
        asked = scene.asked(FEED)
        await scene.after(24 * 5, everything=False)
        assert scene.asked(FEED) == asked, "paused"
        look = await scene.after(24 * 2, everything=False)
        assert look.state.failures == 4, "probed"
        scene.heal()
        look = await scene.after(24 * 7, everything=False)
        assert kinds(look) == []
        scene.assert_exact(look)


async def moved(folder: Path, sandbox: Sandbox) -> None:
    async with Watched(folder, sandbox) as scene:
        await scene.poll(everything=True)
        scene.fail(FEED, moving(301))
        for adopted in (False, False, False, True):
            look = await scene.after(9)
            assert look.state.move is not None
            assert look.state.move.adopted is adopted
        before = len(scene.room.ledger.requests(SITE))
        await scene.after(1)
        asked = [one.target for one in scene.room.ledger.requests(SITE)[before:]]
        assert asked[0] == "/feed.xml?moved=1", "asked where it is"
        look = (await scene.looks())[WELL]
        assert look.told["channels"][0]["moved"]["adopted"] is True
        assert look.told["channels"][0]["url"].endswith("/feed.xml"), "known by its old address"
        scene.heal()
        scene.assert_exact(await scene.after(24 * 8))


async def parked(folder: Path, sandbox: Sandbox) -> None:
    async with Watched(folder, sandbox) as scene:
        await scene.poll(everything=True)
        scene.fail(FEED, faults.redirect_to("/parking", 301))
        scene.fail("/parking", faults.login_page())
        for _ in range(5):
            look = await scene.after(13)
            assert look.poll["code"] == "parse.not_feed"
            assert look.state.move is None
        assert kinds(look) == ["not_feed"]
        scene.heal()
        look = await scene.after(25, everything=False)
        assert kinds(look) == []
        scene.assert_exact(look)


async def temporary(folder: Path, sandbox: Sandbox) -> None:
    async with Watched(folder, sandbox) as scene:
        scene.fail(FEED, moving(302))
        for _ in range(5):
            look = await scene.after(13)
            assert look.state.move is None
            assert look.poll["status"] != "failed"
        scene.assert_exact(look)


async def not_healed_by_304(folder: Path, sandbox: Sandbox) -> None:
    async with Watched(folder, sandbox) as scene:
        await scene.after(2)
        scene.fail(FEED, faults.status(500))
        for _ in range(3):
            look = await scene.after(1)
        assert kinds(look) == ["failing"]
        scene.heal()
        look = await scene.after(1)
        assert look.state.last_http == 304
        assert kinds(look) == ["failing"], "one 304 heals nothing"
        look = await scene.after(1)
        assert kinds(look) == [], "two polls that went well do"


async def not_healed_by_html(folder: Path, sandbox: Sandbox) -> None:
    """Nor does a page in place of the feed, nor a feed without items."""
    async with Watched(folder, sandbox) as scene:
        await scene.after(2)
        scene.fail(FEED, faults.status(500))
        for _ in range(3):
            look = await scene.after(1)
        [raised] = look.alarms
        validators = look.state.validators
        for fault in (faults.login_page(), faults.empty_body()):
            scene.room.heal()
            scene.fail(FEED, fault)
            look = await scene.after(1)
            assert look.poll["status"] == "failed"
            assert look.state.validators == validators
            assert [each.id for each in look.alarms] == [raised.id]
        scene.heal()
        scene.fail(FEED, body(lambda text: "<rss version='2.0'><channel></channel></rss>"))
        look = await scene.after(12)
        assert [each.id for each in look.alarms] == [raised.id]
        scene.heal()
        look = await scene.after(1)
        assert kinds(look) == []


def robots(text: str) -> faults.Fault:
    return lambda request, right: Answer(body=text.encode(), content_type="text/plain")


async def robots_disallow(folder: Path, sandbox: Sandbox) -> None:
    async with Watched(folder, sandbox) as scene:
        scene.fail("/robots.txt", robots("User-agent: *\nDisallow: /news/"))
        await scene.poll(everything=True)
        look = (await scene.looks())[WELL]
        assert look.archive == []
        for each in look.entries:
            assert (each["state"], each["code"]) == ("waiting", "blocked.robots")
            assert each["next_attempt_at"] - look.at == timedelta(days=1)
        assert {each["reason"].partition(":")[0] for each in look.told["not_stored"]} == {
            "blocked.robots"
        }
        await scene.after(25)
        assert not [one for one in scene.room.ledger.requests(SITE) if "/news/" in one.target]
        scene.heal()
        scene.assert_exact(await scene.after(25))


async def robots_disallow_for_good(folder: Path, sandbox: Sandbox) -> None:
    async with Watched(folder, sandbox) as scene:
        scene.fail("/robots.txt", robots("User-agent: *\nDisallow: /news/"))
        await scene.poll(everything=True)
        for _ in range(6):
            look = await scene.after(24)
        assert {each["state"] for each in look.entries if each["attempts"] > 6} == {"waiting"}
        await scene.after(24)
        look = (await scene.looks())[WELL]
        old = [each for each in look.entries if each["attempts"] > 7]
        assert old
        for each in old:
            assert (each["state"], each["code"]) == (str(EntryState.SKIPPED), "blocked.robots")
        assert "blocked.robots" in {
            each["reason"].partition(":")[0] for each in look.told["not_stored"]
        }
        assert not [one for one in scene.room.ledger.requests(SITE) if "/news/" in one.target]


async def robots_down(folder: Path, sandbox: Sandbox) -> None:
    async with Watched(folder, sandbox) as scene:
        scene.fail("/robots.txt", faults.status(503))
        await scene.poll(everything=True)
        look = (await scene.looks(at_status=False))[WELL]
        assert look.archive == []
        for each in look.entries:
            assert (each["state"], each["code"]) == ("waiting", "robots.unavailable")
            assert each["next_attempt_at"] - look.at == timedelta(hours=1)
        scene.heal()
        scene.assert_exact(await scene.after(1.1))


async def robots_absent(folder: Path, sandbox: Sandbox) -> None:
    async with Watched(folder, sandbox) as scene:
        scene.fail("/robots.txt", faults.status(404))
        scene.assert_exact(await scene.after(1))


async def crawl_delay(folder: Path, sandbox: Sandbox) -> None:
    async with Watched(folder, sandbox) as scene:
        scene.fail("/robots.txt", robots("User-agent: *\nCrawl-delay: 7"))
        scene.assert_exact(await scene.after(1))
        assert scene.slept.count(7.0) == 6, "before every page"


async def nothing_is_told_elsewhere(folder: Path, sandbox: Sandbox) -> None:
    """What a site set stays with it: no cookie, no password, no address of where one came from."""
    async with Watched(folder, sandbox) as scene:
        cookie = ("Set-Cookie", "session=secret; Path=/")
        away = ("Location", "/feed.xml?moved=1")
        scene.fail(
            FEED,
            lambda request, right: (
                right if "moved" in request.query else Answer(status=302, headers=(cookie, away))
            ),
        )
        scene.assert_exact(await scene.after(1))
        for one in scene.room.ledger.requests(SITE):
            assert not {"cookie", "authorization", "referer"} & one.headers.keys()


async def flood(folder: Path, sandbox: Sandbox) -> None:
    async with Watched(folder, sandbox) as scene:
        await scene.poll(everything=True)
        scene.fail(FEED, faults.huge_feed(500))
        look = await scene.after(1)
        scene.assert_exact(look)
        assert len(look.entries) == 506
        assert {each["code"] for each in look.entries if each["state"] == "waiting"} <= {
            None,
            "fetch.refused",
        }
        scene.heal()
        look = await scene.after(25)
        scene.assert_exact(look)


async def other_channels(
    folder: Path, sandbox: Sandbox, count: int, change: faults.Fault | None = None
) -> tuple[Sequence[ArchivedArticle], Sequence[ChannelState]]:
    """The site's feed under `count` addresses more, all of them read."""
    async with Watched(folder, sandbox) as scene:
        source = scene.services.catalog.sources[SITE]
        [first] = source.channels
        more = [
            first.model_copy(update={"url": f"{first.url}?part={number}"})
            for number in range(count)
        ]
        wide = source.model_copy(update={"channels": (first, *more)})
        catalog = replace(scene.services.catalog, sources={SITE: wide})
        scene.services = replace(scene.services, catalog=catalog)
        if change is not None:
            scene.fail("/feed.xml?part=*", change)
        for _ in range(2):
            await scene.poll(everything=True)
            scene.room.advance(hours=2)
        keys = [(SITE, channel.url) for channel in wide.channels]
        states = await scene.services.read(lambda c: channels.load(c, keys))
        return await scene.bench.archive(), states


async def in_three_feeds(folder: Path, sandbox: Sandbox) -> None:
    archive, states = await other_channels(folder, sandbox, 2)
    assert len(archive) == len({each.article.url for each in archive}) == 6
    assert [state.failures for state in states] == [0, 0, 0]


def _other_links(text: str) -> str:
    """The same guids over other articles: those of the feed's other half."""
    return text.replace("/news/0-", "/news/gone-0-").replace("<title>", "<title>Other: ")


async def guid_in_two_feeds(folder: Path, sandbox: Sandbox) -> None:
    """The second feed has the first one's guids over links of its own, which are gone."""
    archive, _ = await other_channels(folder, sandbox, 1, body(_other_links))
    assert len({each.article.url for each in archive}) == 6


PACE = "at the channel's own pace"

FAULTS = (
    Fault(
        "410",
        "410 Gone",
        NOTHING,
        "after a day; from the third time once a week; it revives by itself",
        "`http.410`; alarm `gone` at once",
        gone,
    ),
    Fault(
        "301-that-lasts",
        "301 to another address, where the feed is",
        "everything that is new, also while the move is not believed yet",
        "at the new address from the third answer in a row on, a day after the first; at the old "
        "one once a week",
        "`moved` in `monitor status`",
        moved,
    ),
    Fault(
        "301-to-parking",
        "301 to a page that is no feed",
        NOTHING,
        f"{SLOWER}; at the old address: the move is never believed",
        "`parse.not_feed`; alarm `not_feed` from the second time",
        parked,
    ),
    Fault(
        "302-for-days",
        "302 to where the feed is, day after day",
        "everything that is new",
        "at the configured address, every time",
        "nothing",
        temporary,
    ),
    Fault(
        "304-after-failures",
        "304 after a source has failed",
        "what is new, of course",
        PACE,
        "its alarm stays open until two polls in a row went well, or one brought a document",
        not_healed_by_304,
    ),
    Fault(
        "200-after-failures",
        "200 with a page, with nothing, or with an empty feed after a source has failed",
        "nothing; validators are kept",
        SLOWER,
        "its alarm stays open",
        not_healed_by_html,
    ),
    Fault(
        "robots-disallow",
        "robots.txt disallows the pages",
        "nothing of these pages, which are not asked for; all of them when it allows them again",
        "once a day for seven days; robots.txt itself is read again after six hours",
        "`blocked.robots` and the next attempt with each of them in `monitor status`",
        robots_disallow,
    ),
    Fault(
        "robots-disallow-for-good",
        "robots.txt still disallows the pages after a week",
        "nothing of these pages, which were never asked for",
        "not any more: they are skipped, and only `monitor add` brings one in",
        "`blocked.robots` with each of them in `monitor status`",
        robots_disallow_for_good,
    ),
    Fault(
        "robots-503",
        "robots.txt answers 503",
        "nothing until it can be read: nobody knows what it allows",
        "after an hour",
        "`robots.unavailable` with each of the pages",
        robots_down,
    ),
    Fault(
        "robots-404",
        "there is no robots.txt",
        "everything: all is allowed",
        PACE,
        "nothing",
        robots_absent,
    ),
    Fault(
        "crawl-delay",
        "`Crawl-delay: 7` in robots.txt",
        "everything, more slowly",
        "seven seconds between two pages, five minutes at most",
        "nothing",
        crawl_delay,
    ),
    Fault(
        "cookies-and-passwords",
        "a site sets a cookie and leads elsewhere",
        "everything that is new",
        PACE,
        "nothing; no cookie, password or referrer is ever sent",
        nothing_is_told_elsewhere,
    ),
    Fault(
        "flood",
        "500 items at once, whose pages cannot be reached",
        "all entries; the site's own articles at once",
        "the pages after 5 minutes, 1 hour, …, each host by itself",
        "`fetch.refused` with each of them",
        flood,
    ),
    Fault(
        "three-feeds",
        "the same articles in three feeds of a source",
        "every article, once",
        PACE,
        "nothing",
        in_three_feeds,
    ),
    Fault(
        "guid-in-two-feeds",
        "the same guids in two feeds of a source, with other titles",
        "every article, once: a guid counts within its feed only",
        PACE,
        "nothing",
        guid_in_two_feeds,
    ),
)
