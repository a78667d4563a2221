"""Sets: the laws of an algebra, seen from the requests that they admit."""

from __future__ import annotations

import pickle

from hypothesis import given, settings
from hypothesis import strategies as st

from airssys.capabilities import CapabilitySet, Request

from .capability_strategies import any_capability, sets, sets_and_request


def admitted(rights: CapabilitySet, request: Request) -> bool:
    return rights.allows(request) is not None


@given(drawn=sets_and_request(2))
def test_the_intersection_admits_what_both_admit(drawn):
    (left, right), request = drawn

    both = admitted(left, request) and admitted(right, request)

    assert admitted(left.intersection(right), request) == both


@given(left=sets, right=sets)
def test_the_intersection_is_a_lower_bound(left, right):
    both = left.intersection(right)

    assert left.covers(both)
    assert right.covers(both)


@given(left=sets, right=sets, lower=sets)
def test_the_intersection_is_the_largest_lower_bound(left, right, lower):
    if left.covers(lower) and right.covers(lower):
        assert left.intersection(right).covers(lower)


@given(left=sets, right=sets)
def test_the_order_of_an_intersection_or_a_union_does_not_matter(left, right):
    assert left.union(right) == right.union(left)
    assert left.intersection(right).covers(right.intersection(left))
    assert right.intersection(left).covers(left.intersection(right))


@given(rights=sets)
def test_a_set_with_itself_is_itself(rights):
    assert rights.intersection(rights) == rights
    assert rights.union(rights) == rights
    assert rights.difference(rights) == CapabilitySet()
    assert rights.covers(rights)


@given(rights=sets)
def test_nothing_is_in_common_with_the_empty_set(rights):
    assert rights.intersection(CapabilitySet()) == CapabilitySet()
    assert rights.union(CapabilitySet()) == rights
    assert rights.difference(CapabilitySet()) == rights


@given(drawn=sets_and_request(2))
def test_the_union_admits_what_one_of_them_admits(drawn):
    (left, right), request = drawn

    assert admitted(left.union(right), request) == (admitted(left, request) or admitted(right, request))


@given(drawn=sets_and_request(2))
def test_the_difference_is_what_is_new(drawn):
    (new, old), request = drawn

    added = new.difference(old)

    assert new.covers(added)
    assert old.union(added).covers(new)
    assert (len(added) == 0) == old.covers(new)
    if admitted(new, request) and not admitted(old, request):
        assert admitted(added, request)


@given(drawn=sets_and_request(2))
def test_what_a_set_covers_admits_nothing_else(drawn):
    (wide, narrow), request = drawn

    if wide.covers(narrow) and admitted(narrow, request):
        assert admitted(wide, request)


@given(drawn=sets_and_request(1), capability=any_capability)
def test_one_capability_is_covered_like_a_set_of_it(drawn, capability):
    (rights,), _ = drawn

    assert rights.covers(capability) == rights.covers(CapabilitySet([capability]))


@given(some=st.lists(any_capability, max_size=6), data=st.data())
def test_order_and_repetition_leave_no_trace(some, data):
    again = data.draw(st.permutations(some + some[:2]))

    assert CapabilitySet(again) == CapabilitySet(some)
    assert CapabilitySet(again).digest == CapabilitySet(some).digest


@given(some=st.lists(any_capability, max_size=6))
def test_no_capability_of_a_set_covers_another_one(some):
    kept = list(CapabilitySet(some))

    assert not any(one != other and one.covers(other) for one in kept for other in kept)
    assert all(any(one.covers(each) for one in kept) for each in some)


@given(left=sets, right=sets)
def test_the_canonical_text_and_the_digest_tell_sets_apart(left, right):
    assert (left.canonical == right.canonical) == (left == right)
    assert (left.digest == right.digest) == (left == right)


@given(rights=sets)
def test_a_set_survives_being_written_and_read(rights):
    assert CapabilitySet.from_canonical(rights.canonical) == rights
    assert CapabilitySet.of(rights.table) == rights
    assert pickle.loads(pickle.dumps(rights)) == rights


@settings(max_examples=30)
@given(left=sets, right=sets, data=st.data())
def test_the_meet_of_two_patterns_is_written_so_that_it_can_be_read(left, right, data):
    both = left.intersection(right)

    assert CapabilitySet.from_canonical(both.canonical) == both
