"""The gate: every part of a request is checked, recorded, and only then granted."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import threading
from itertools import count

import pytest

from airssys.audit import AuditLog, LifeCycle, MemorySink, Repeats, Step
from airssys.errors import AuditUnavailable, CapabilityDenied
from airssys.policy import Gate, Grant, Policy, decide
from tests.clock import WallClock
from tests.policies import Kept, allow, component, deny, members, request, rights

READ, WRITE = request("filesystem read /srv/a"), request("filesystem write /srv/b")
BOTH = component("filesystem read /srv/*", "filesystem write /srv/*")
ONLY_READ = component("filesystem read /srv/*")


@pytest.fixture
def log():
    return Kept()


def test_a_grant_has_the_id_of_its_record(log):
    grant = Gate(ONLY_READ, log).require(READ)

    assert (grant.requests, grant.rules) == ((READ,), ("shipped default",))
    assert log.decisions == [(str(READ), "allowed", "shipped default", grant.id)]


def test_a_refusal_is_recorded_and_raised(log):
    with pytest.raises(CapabilityDenied):
        Gate(ONLY_READ, log).require(WRITE)

    assert log.decisions == [(str(WRITE), "denied", "not-declared", None)]


@pytest.mark.parametrize("order", [(READ, WRITE), (WRITE, READ), (READ, READ, WRITE), (READ, WRITE, READ)])
def test_every_part_of_a_request_is_checked(log, order):
    """Neither the first nor the last decides: one denied part denies the whole."""
    with pytest.raises(CapabilityDenied) as caught:
        Gate(ONLY_READ, log).require(*order)

    assert caught.value.request == str(WRITE)
    assert log.decisions == [(str(WRITE), "denied", "not-declared", None)]


def test_a_grant_for_several_parts_is_one_grant_and_a_record_of_each(log):
    grant = Gate(BOTH, log).require(READ, WRITE)

    assert grant.requests == (READ, WRITE)
    assert [(text, identifier) for text, _, _, identifier in log.decisions] == [
        (str(READ), grant.id),
        (str(WRITE), grant.id),
    ]


def test_a_repeated_request_is_recorded_each_time(log):
    gate = Gate(ONLY_READ, log)

    grants = [gate.require(READ).id for _ in range(3)]

    assert len(set(grants)) == 3
    assert [identifier for *_, identifier in log.decisions] == grants


def test_without_a_record_there_is_no_grant(log):
    gate = Gate(ONLY_READ, log)
    log.is_full = True

    with pytest.raises(AuditUnavailable):
        gate.require(READ)
    with pytest.raises(AuditUnavailable):
        gate.require(WRITE)


def test_when_only_a_part_could_be_recorded_there_is_no_grant(log):
    class FillsUp(Kept):
        def append(self, event, /):
            self.is_full = len(self.events) == 1
            return super().append(event)

    with pytest.raises(AuditUnavailable):
        Gate(BOTH, FillsUp()).require(READ, WRITE)


def test_a_log_that_recovers_is_a_gate_that_recovers(log):
    gate = Gate(ONLY_READ, log)
    log.is_full = True
    with pytest.raises(AuditUnavailable):
        gate.require(READ)
    log.is_full = False

    assert gate.require(READ).requests == (READ,)


def test_a_real_log_that_is_not_open_refuses():
    gate = Gate(ONLY_READ, AuditLog(MemorySink(), clock=WallClock()))

    with pytest.raises(AuditUnavailable):
        gate.require(READ)


class TestTurningLoggingOff:
    def test_turns_nothing_else_off(self):
        gate = Gate(ONLY_READ, None)

        assert gate.require(READ).rules == ("shipped default",)
        for text in ("filesystem write /srv/b", "filesystem read /etc/shadow", "filesystem read /srv/../etc/passwd"):
            with pytest.raises(CapabilityDenied):
                gate.require(request(text))

    @pytest.mark.parametrize("text", ["filesystem read /srv/a", "filesystem write /srv/a", "storage read a"])
    def test_decides_the_same(self, text, log):
        policy = Policy(rules=(allow("filesystem * *"), deny("filesystem write *")))
        context = component("filesystem read /srv/*", "filesystem write /srv/*", policy=policy)

        assert Gate(context, None).decide(request(text)) == Gate(context, log).decide(request(text))

    def test_leaves_revoking_as_it_is(self):
        gate = Gate(ONLY_READ, None)
        gate.revoke()

        with pytest.raises(CapabilityDenied):
            gate.require(READ)


def test_deciding_alone_grants_and_records_nothing(log):
    gate = Gate(ONLY_READ, log)

    assert gate.decide(READ) == decide(READ, ONLY_READ)
    assert not gate.decide(WRITE).allowed
    assert log.events == []


class TestRevoking:
    def test_takes_effect_at_the_next_require(self, log):
        gate = Gate(ONLY_READ, log)
        gate.require(READ)

        context = gate.revoke()

        assert context == gate.context
        assert not gate.context.effective
        with pytest.raises(CapabilityDenied):
            gate.require(READ)
        assert [type(event).__name__ for event in log.events] == ["Decided", "LifeCycle", "Decided"]
        assert log.events[1] == LifeCycle(subject=context.subject, step=Step.REVOKED)

    def test_takes_effect_even_if_it_cannot_be_recorded(self, log):
        gate = Gate(ONLY_READ, log)
        log.is_full = True

        with pytest.raises(AuditUnavailable):
            gate.revoke()

        log.is_full = False
        with pytest.raises(CapabilityDenied):
            gate.require(READ)

    def test_what_was_remembered_is_forgotten(self, log):
        gate = Gate(ONLY_READ, log)
        for _ in range(3):
            gate.require(READ)

        gate.update(dataclasses.replace(ONLY_READ, approved=rights("filesystem read /srv/b")))

        with pytest.raises(CapabilityDenied):
            gate.require(READ)
        assert gate.require(request("filesystem read /srv/b")).rules == ("shipped default",)

    def test_a_policy_that_changes_counts_from_the_next_require_on(self, log):
        gate = Gate(ONLY_READ, log)
        gate.require(READ)

        gate.update(dataclasses.replace(ONLY_READ, policy=Policy(rules=())))

        with pytest.raises(CapabilityDenied, match="no rule allows it"):
            gate.require(READ)

    def test_rights_can_be_given_back(self, log):
        gate = Gate(ONLY_READ, log)
        gate.revoke()

        gate.update(ONLY_READ)

        assert gate.require(READ).rules == ("shipped default",)


def test_a_gate_never_takes_the_rights_of_another_component(log):
    gate = Gate(ONLY_READ, log)

    with pytest.raises(ValueError, match="the gate of invoice, not of ledger"):
        gate.update(component("filesystem write /srv/*", component="ledger"))

    with pytest.raises(CapabilityDenied):
        gate.require(WRITE)


def test_two_gates_under_one_name_do_not_change_each_other(log):
    """The origin let whoever registered an id again replace the rights of the first one."""
    first = Gate(ONLY_READ, log)
    second = Gate(component("filesystem write /srv/*"), log)
    second.revoke()

    assert first.require(READ).rules == ("shipped default",)
    with pytest.raises(CapabilityDenied):
        first.require(WRITE)


def test_gates_that_share_their_numbers_give_no_id_twice(log):
    numbers = count(1)
    gates = [Gate(ONLY_READ, log, grant_ids=numbers) for _ in range(3)]

    assert len({gate.require(READ).id for gate in gates for _ in range(5)}) == 15


def test_refusals_may_be_counted_and_grants_are_not():
    clock, sink = WallClock(), MemorySink()
    with AuditLog(sink, clock=clock) as log:
        repeats = Repeats(log, clock=clock)
        gate = Gate(ONLY_READ, log, refusals=repeats)
        for _ in range(50):
            gate.require(READ)
            with pytest.raises(CapabilityDenied):
                gate.require(WRITE)
        repeats.flush()

    found = members(sink)
    assert [each["event"] for each in found].count("decision") == 51
    assert [each["count"] for each in found if each["event"] == "summary"] == [49]


def test_a_refusal_that_cannot_be_counted_is_no_less_refused(log):
    refusals = Kept()
    refusals.is_full = True
    gate = Gate(ONLY_READ, log, refusals=refusals)

    with pytest.raises(AuditUnavailable):
        gate.require(WRITE)
    assert gate.require(READ).rules == ("shipped default",)


def test_a_record_names_component_instance_digest_request_rule_and_grant():
    sink = MemorySink()
    with AuditLog(sink, clock=WallClock()) as log:
        grant = Gate(component("filesystem read /srv/*", instance="invoice-1"), log).require(READ)

    (record,) = members(sink)
    assert (record["component"], record["instance"], record["digest"]) == ("invoice", "invoice-1", "ab" * 32)
    assert record["request"] == {"kind": "filesystem", "action": "read", "resource": "/srv/a"}
    assert (record["decision"], record["rule"], record["grant"]) == ("allowed", "shipped default", grant.id)


def test_threads_that_share_a_gate_get_a_record_and_an_id_each():
    ids: list[str] = []
    sink, started = MemorySink(), threading.Barrier(8)
    with AuditLog(sink, clock=WallClock()) as log:
        gate = Gate(ONLY_READ, log)

        def ask():
            started.wait()
            ids.extend(gate.require(READ).id for _ in range(100))

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert len(set(ids)) == 800
    assert sorted(each["grant"] for each in members(sink)) == sorted(ids)


def test_nothing_is_granted_after_revoke_has_returned():
    """Whatever thread asks: a grant that is recorded after the revocation would be one by rights that are gone."""
    log = Kept()
    gate, stop = Gate(ONLY_READ, log), threading.Event()

    def ask():
        while not stop.is_set():
            try:
                gate.require(READ)
            except CapabilityDenied:
                return

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    gate.revoke()
    stop.set()
    for thread in threads:
        thread.join()

    revoked = next(at for at, event in enumerate(log.events) if isinstance(event, LifeCycle))
    assert all(getattr(event, "grant", None) is None for event in log.events[revoked:])


class TestGrant:
    @pytest.fixture
    def grant(self, log):
        return Gate(ONLY_READ, log).require(READ)

    @pytest.mark.parametrize("token", [None, object(), "token"])
    def test_comes_from_the_gate_and_from_nowhere_else(self, token):
        with pytest.raises(TypeError, match=r"Gate\.require"):
            Grant(token, "g-1", (READ,), ("rule",))

    def test_does_not_change(self, grant):
        for name in ("requests", "_requests", "id", "other"):
            with pytest.raises(AttributeError):
                setattr(grant, name, (WRITE,))
        with pytest.raises(AttributeError):
            del grant._requests

    @pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickle.dumps])
    def test_cannot_be_copied(self, grant, copied):
        with pytest.raises(TypeError):
            copied(grant)

    def test_has_no_other_kind(self):
        with pytest.raises(TypeError, match="one kind"):
            type("Wide", (Grant,), {})

    def test_says_what_it_is_for(self, grant):
        assert repr(grant) == "<Grant g-1: filesystem read /srv/a>"
