"""The queue in front of an actor, by itself."""

from __future__ import annotations

import pytest

from airssys.actors import Envelope, Mailbox, MailboxSpec, Overflow
from airssys.actors._mailbox import Ticket


def mailbox(capacity=2, overflow=Overflow.REJECT):
    return Mailbox(MailboxSpec(capacity=capacity, overflow=overflow))


def everything(box):
    taken = []
    while (envelope := box.take()) is not None:
        taken.append(envelope.message)
    return taken


def test_messages_leave_in_the_order_in_which_they_came():
    box = mailbox(3)
    for message in "abc":
        assert box.offer(Envelope(message)) is None

    assert everything(box) == ["a", "b", "c"]


def test_a_full_mailbox_that_rejects_gives_the_newest_back():
    box = mailbox(1)
    newest = Envelope("b")
    box.offer(Envelope("a"))

    assert box.offer(newest) is newest
    assert everything(box) == ["a"]
    assert box.statistics().rejected == 1


def test_a_full_mailbox_that_drops_the_oldest_gives_that_one_back():
    box = mailbox(2, Overflow.DROP_OLDEST)
    oldest = Envelope("a")
    for envelope in (oldest, Envelope("b")):
        box.offer(envelope)

    assert box.offer(Envelope("c")) is oldest
    assert everything(box) == ["b", "c"]
    assert box.statistics().displaced == 1


def test_a_full_mailbox_that_blocks_lets_senders_in_one_by_one_in_order():
    box, admitted = mailbox(1, Overflow.BLOCK), []
    box.offer(Envelope("a"))
    for message in "bc":
        ticket = box.offer_or_wait(Envelope(message), lambda message=message: admitted.append(message))
        assert isinstance(ticket, Ticket)

    assert (box.take().message, admitted) == ("a", ["b"])
    assert (box.take().message, admitted) == ("b", ["b", "c"])
    assert (box.take().message, box.take()) == ("c", None)


def test_nobody_overtakes_those_who_wait_for_room():
    box = mailbox(1, Overflow.BLOCK)
    box.offer(Envelope("a"))
    box.offer_or_wait(Envelope("b"), lambda: None)
    box.take()
    pushy = Envelope("c")

    assert box.offer(pushy) is pushy
    assert everything(box) == ["b"]


def test_a_sender_that_gives_up_leaves_the_line():
    box = mailbox(1, Overflow.BLOCK)
    box.offer(Envelope("a"))
    ticket = box.offer_or_wait(Envelope("b"), lambda: pytest.fail("it gave up"))

    assert box.withdraw(ticket)
    assert not box.withdraw(ticket)
    assert everything(box) == ["a"]


def test_messages_of_the_system_overtake_and_find_room_when_there_is_none():
    box = mailbox(1)
    box.offer(Envelope("a"))
    box.put_first(Envelope("first"))
    box.put_first(Envelope("second"))

    assert everything(box) == ["first", "second", "a"]


def test_statistics_tell_capacity_depth_high_water_mark_and_drops():
    box = mailbox(3)
    for message in "abcd":
        box.offer(Envelope(message))
    box.take()
    box.take()
    statistics = box.statistics()

    assert (statistics.capacity, statistics.depth, statistics.high_water) == (3, 1, 3)
    assert (statistics.accepted, statistics.rejected, statistics.displaced) == (3, 1, 0)


def test_draining_gives_everything_back_and_lets_go_of_those_who_wait():
    box, admitted = mailbox(1, Overflow.BLOCK), []
    box.offer(Envelope("a"))
    box.offer_or_wait(Envelope("b"), lambda: admitted.append("b"))
    box.put_first(Envelope("first"))

    assert [envelope.message for envelope in box.drain()] == ["first", "a", "b"]
    assert admitted == ["b"]
    assert (len(box), box.take()) == (0, None)
