"""A bundled newsroom: a loopback server that imitates news sites and keeps a ledger of what it did.

Imports nothing else of ours. For tests, benchmarks and `monitor demo`:

    clock = SteppedClock(start)
    with running_newsroom(bundled_world(start), clock) as room:
        write_config(folder, room)
        room.fail("steppe-times", "/feed/*", faults.status(503), times=2)
        room.advance(minutes=30)
        room.ledger.must() ...
"""
