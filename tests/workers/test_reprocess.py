"""The archive read again: what changes, what stays, and where a broken-off run goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, select, update

from monitor.model import Article, Correction, Failure, Fate, Page, Version
from monitor.pipeline.find_duplicates import fingerprint
from monitor.workers import reprocess as module
from monitor.workers import reread
from monitor.workers.extract import read_page
from monitor.workers.reprocess import Extracted, Report, reprocess
from monitor.workers.sandbox import Sandbox
from monitor.workers.services import Services
from storage import tables
from storage.repositories import articles, judgements
from storage.repositories.reprocessing import Reread, Scope, compared
from tests.workers.bench import Bench, open_bench, small_world

pytestmark = pytest.mark.network

EVERYTHING = Scope()


@asynccontextmanager
async def stored(folder: Path, sandbox: Sandbox, *, sites: int = 2) -> AsyncIterator[Bench]:
    """Sites with four articles each, all in the archive and judged."""
    world = small_world(sites=sites, each=4, published=4)
    async with open_bench(world, folder, sandbox) as bench:
        await bench.poll()
        yield bench


async def again(bench: Bench, scope: Scope = EVERYTHING, **options: Any) -> Report:
    async with bench.services() as services:
        return await reprocess(services, scope, **options)


async def write(bench: Bench, *statements: Any) -> None:
    async with bench.services() as services:
        await services.write(lambda connection: [connection.execute(one) for one in statements])


async def contents(bench: Bench) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the archive but for the counters."""

    def rows(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table))]
            for table in tables.metadata.sorted_tables
        }

    async with bench.services() as services:
        return await services.read(rows)


async def history(bench: Bench, article_id: int) -> list[Version]:
    async with bench.services() as services:
        return await services.read(partial(articles.versions_of, article_id=article_id))


def misread(article_id: int, text: str, **values: Any) -> Any:
    """As if an older program had taken this text out of the page."""
    return (
        update(tables.articles)
        .where(tables.articles.c.id == article_id)
        .values(text=text, fingerprint=fingerprint(text), **values)
    )


def extracted(report: Report) -> Extracted:
    assert report.extract is not None
    return report.extract


def test_what_reads_as_before_is_not_touched(tmp_path: Path, sandbox: Sandbox) -> None:
    async def scenario() -> None:
        async with stored(tmp_path, sandbox) as bench:
            before = await contents(bench)
            report = await again(bench)
            assert await contents(bench) == before
            done = extracted(report)
            assert (done.read, done.unchanged, done.changed, done.details) == (8, 8, 0, 0)
            assert report.topics is not None
            assert (report.topics.read, report.topics.changed) == (8, 0)
            assert report.duplicates is not None
            assert (report.duplicates.read, report.duplicates.changed) == (8, 0)

    asyncio.run(scenario())


def test_another_text_is_a_version_of_ours_and_the_old_one_is_kept(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    async def scenario() -> None:
        async with stored(tmp_path, sandbox) as bench:
            first = (await bench.archive())[0]
            old = f"Menu Home News {first.article.text}"
            await write(bench, misread(first.id, old))
            await write(
                bench,
                update(tables.versions)
                .where(tables.versions.c.article_id == first.id)
                .values(text=old),
            )
            report = await again(bench)
            done = extracted(report)
            assert (done.changed, done.unchanged) == (1, 7)
            [difference] = done.differences
            assert (difference.article_id, difference.words) == (first.id, 3)
            found = (await bench.archive())[0]
            assert found.article == first.article
            assert (found.updated, found.versions) == (None, 2), "the publisher changed nothing"
            assert [(each.text, each.origin) for each in await history(bench, first.id)] == [
                (old, None),
                (first.article.text, "re-extracted"),
            ]
            before = await contents(bench)
            assert extracted(await again(bench)).unchanged == 8
            assert await contents(bench) == before, "a second run changes nothing"

    asyncio.run(scenario())


def test_a_dry_run_says_the_same_and_writes_nothing(tmp_path: Path, sandbox: Sandbox) -> None:
    async def scenario() -> None:
        async with stored(tmp_path, sandbox) as bench:
            first, second, *_ = await bench.archive()
            await write(
                bench,
                misread(first.id, "Menu Home News"),
                update(tables.articles)
                .where(tables.articles.c.id == second.id)
                .values(authors=["Somebody Else"], duplicate_of=first.id),
                delete(tables.matches),
            )
            before = await contents(bench)
            dry = await again(bench, dry_run=True)
            assert await contents(bench) == before
            real = await again(bench)
            assert (extracted(dry).changed, extracted(dry).details) == (1, 1)
            assert extracted(real).differences == extracted(dry).differences
            assert dry.duplicates is not None
            assert dry.duplicates.changed == 1

    asyncio.run(scenario())


def test_details_alone_make_no_version(tmp_path: Path, sandbox: Sandbox) -> None:
    async def scenario() -> None:
        async with stored(tmp_path, sandbox) as bench:
            first = (await bench.archive())[0]
            wrong = {"published": first.first_seen, "image": "https://example.org/no.jpg"}
            await write(bench, misread(first.id, first.article.text, **wrong))
            assert extracted(await again(bench, steps=("extract",))).details == 1
            found = (await bench.archive())[0]
            assert found.article == first.article
            assert found.versions == 1

    asyncio.run(scenario())


def test_articles_without_a_page_or_a_configured_source_are_left_alone(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    async def scenario() -> None:
        async with stored(tmp_path, sandbox) as bench:
            one, other, *_ = await bench.archive()
            await write(
                bench,
                misread(one.id, "Imported.", page_id=None),
                misread(other.id, "Of a source that is gone.", source="gone"),
            )
            done = extracted(await again(bench, steps=("extract",)))
            assert (done.without_page, done.unconfigured, done.unchanged) == (1, 1, 6)
            texts = [each.article.text for each in (await bench.archive())[:2]]
            assert texts == ["Imported.", "Of a source that is gone."]

    asyncio.run(scenario())


def test_a_page_that_gives_nothing_now_keeps_its_article(
    tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        async with stored(tmp_path, sandbox) as bench:
            one, other, *_ = await bench.archive()
            urls = {
                one.article.url: Failure("extract.none", "no text", Fate.SKIP),
                other.article.url: Failure("parse.timeout", "took longer", Fate.QUARANTINE),
            }

            async def read(services: Services, source: Any, page: Page, *more: Any, **given: Any):  # type: ignore[no-untyped-def]
                return urls.get(page.final_url) or await read_page(
                    services, source, page, *more, **given
                )

            monkeypatch.setattr(reread, "read_page", read)
            before = await contents(bench)
            done = extracted(await again(bench))
            assert (done.refused, done.failed, done.unchanged) == (1, 1, 6)
            assert [url for url, _ in done.failures] == list(urls)
            assert await contents(bench) == before

    asyncio.run(scenario())


def test_what_was_read_anew_meanwhile_is_not_overwritten(
    tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        async with stored(tmp_path, sandbox, sites=1) as bench:
            first = (await bench.archive())[0]
            await write(bench, misread(first.id, "As an older program read it."))
            reading = reread.read_again

            async def slow(services: Services, ids: Sequence[int]) -> reread.Batch:
                batch = await reading(services, ids)
                await write(bench, misread(first.id, "What the publisher says since."))
                return batch

            monkeypatch.setattr(module, "read_again", slow)
            done = extracted(await again(bench, steps=("extract",)))
            assert (done.meanwhile, done.changed) == (1, 0)
            found = (await bench.archive())[0]
            assert found.article.text == "What the publisher says since."

    asyncio.run(scenario())


def test_a_broken_off_run_goes_on_where_it_was(
    tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        monkeypatch.setattr(module, "BATCH", 2)
        async with stored(tmp_path, sandbox) as bench:
            ids = [each.id for each in await bench.archive()]
            await write(bench, *(misread(each, "Read by an older program.") for each in ids))
            reading, batches = reread.read_again, list[list[int]]()

            async def dies(services: Services, wanted: Sequence[int]) -> reread.Batch:
                batches.append(list(wanted))
                if len(batches) == 3:
                    raise KeyError("killed")
                return await reading(services, wanted)

            monkeypatch.setattr(module, "read_again", dies)
            with pytest.raises(KeyError):
                await again(bench, steps=("extract",))
            half = [each.versions for each in await bench.archive()]
            assert half == [2] * 4 + [1] * 4, "what is done is kept"
            done = extracted(await again(bench, steps=("extract",)))
            assert (done.after, done.read, done.changed) == (ids[3], 4, 4)
            assert batches[3:] == [ids[4:6], ids[6:8]]
            assert {each.versions for each in await bench.archive()} == {2}
            assert extracted(await again(bench, steps=("extract",))).after == 0

    asyncio.run(scenario())


def test_another_program_begins_anew(
    tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        monkeypatch.setattr(module, "BATCH", 2)
        async with stored(tmp_path, sandbox) as bench:
            stop = asyncio.Event()
            stopped = await again(
                bench,
                steps=("extract",),
                stop=stop,
                progress=lambda step, total: lambda done: stop.set(),
            )
            assert (stopped.stopped, extracted(stopped).read) == (True, 2)
            monkeypatch.setattr(module, "_program", lambda: "another")
            assert extracted(await again(bench, steps=("extract",))).read == 8

    asyncio.run(scenario())


def test_a_scope_bounds_the_work(tmp_path: Path, sandbox: Sandbox) -> None:
    async def scenario() -> None:
        async with stored(tmp_path, sandbox) as bench:
            archived = await bench.archive()
            own = [each for each in archived if each.source == "g001"]
            assert extracted(await again(bench, Scope(source="g001"))).read == len(own) == 4
            dates = sorted(each.article.published or each.first_seen for each in archived)
            since = Scope(since=dates[-1])
            assert extracted(await again(bench, since)).read == dates.count(dates[-1])
            beyond = Scope(since=dates[-1] + timedelta(days=1))
            assert extracted(await again(bench, beyond)).read == 0

    asyncio.run(scenario())


def test_only_topics_judges_again_and_keeps_what_people_decided(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    async def scenario() -> None:
        async with stored(tmp_path, sandbox, sites=1) as bench:
            first = (await bench.archive())[0]
            made = Correction("ai-law", True, bench.clock(), "an editor")
            async with bench.services() as services:
                await services.write(
                    lambda connection: judgements.correct(connection, first.id, made)
                )
            report = await again(bench, steps=("topics",))
            assert (report.extract, report.duplicates) == (None, None)
            assert report.topics is not None
            assert report.topics.gained == {"ai-law": 1}
            found = (await bench.archive())[0]
            assert "ai-law" in {each.topic for each in found.matches}
            before = await contents(bench)
            report = await again(bench, steps=("topics",))
            assert report.topics is not None
            assert report.topics.changed == 0
            assert await contents(bench) == before

    asyncio.run(scenario())


def copies(archived: Iterable[Any]) -> dict[int, int | None]:
    return {each.id: each.duplicate_of for each in archived}


def test_only_duplicates_links_what_is_the_same_and_unlinks_what_is_not(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    async def scenario() -> None:
        async with stored(tmp_path, sandbox) as bench:
            archived = await bench.archive()
            one, two, three, *_ = sorted(archived, key=lambda each: each.article.published or 0)
            await write(
                bench,
                misread(two.id, one.article.text),
                update(tables.articles)
                .where(tables.articles.c.id == two.id)
                .values(fingerprint="by another rule"),
                update(tables.articles)
                .where(tables.articles.c.id == three.id)
                .values(duplicate_of=one.id, story=one.id),
            )
            report = await again(bench, steps=("duplicates",))
            assert report.duplicates is not None
            assert report.duplicates.changed == 2
            found = await bench.archive()
            assert copies(found) == {each.id: None for each in archived} | {two.id: one.id}
            assert {each.id: each.story for each in found}[three.id] == three.id
            before = await contents(bench)
            await again(bench, steps=("duplicates",))
            assert await contents(bench) == before

    asyncio.run(scenario())


def test_a_text_that_is_read_otherwise_is_no_copy_any_more(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    async def scenario() -> None:
        async with stored(tmp_path, sandbox) as bench:
            one, two, *rest = await bench.archive()
            same = "A banner that an older program took for the text of the page. " * 5
            await write(bench, *(misread(each.id, same) for each in (one, two)))
            await again(bench, steps=("duplicates",))
            assert sorted(copies(await bench.archive()).values(), key=str)[0] is not None
            assert extracted(await again(bench, steps=("extract",))).changed == 2
            found = await bench.archive()
            assert set(copies(found).values()) == {None}
            assert [each.article for each in found] == [each.article for each in (one, two, *rest)]

    asyncio.run(scenario())


def test_articles_compare_as_they_are_stored() -> None:

    article = Article(
        url="https://example.org/a",
        title="A\0",
        text="B\ud800",
        language="en",
        authors=("C\ud800",),
    )
    change, kept = compared(article, article)
    assert change is Reread.TEXT
    assert compared(kept, article) == (Reread.UNCHANGED, kept)
    moved = replace(article, url="https://example.org/b")
    assert compared(kept, moved) == (Reread.UNCHANGED, kept), "its address is what it is known by"
