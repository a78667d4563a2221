"""Promise: an interface that is known but not granted refuses in its own words, or ends the guest; never silence."""

from __future__ import annotations

import pytest

from airssys import Case, HostInterface
from airssys.engine import link
from airssys.errors import CapabilityDenied, GuestReturnedError, LinkError
from tests.guests.hosting import Guests

#: Asks every function of four interfaces that nobody answers yet, and returns what they say.
ASKS = """(component
  (import "wasi:http/types@0.2.6" (instance $files
    (type $the-codes (enum "access" "already" "busy"))
    (export "error-code" (type $codes (eq $the-codes)))
    (export "descriptor" (type $descriptor (sub resource)))
    (export "[method]descriptor.sync" (func (param "self" (borrow $descriptor)) (result (result (error $codes)))))
    (export "remove" (func (result (result u32 (error $codes)))))))
  (import "wasi:keyvalue/store@0.2.0" (instance $values
    (type $the-errors (variant (case "no-such-store") (case "access-denied") (case "other" string)))
    (export "error" (type $errors (eq $the-errors)))
    (export "get" (func (result (result u32 (error $errors)))))))
  (import "wasi:config/store@0.2.0" (instance $sockets
    (type $the-reasons (enum "unknown" "out-of-memory"))
    (export "reason" (type $reasons (eq $the-reasons)))
    (export "open" (func (result (result u32 (error $reasons)))))))
  (import "wasi:logging/random@0.2.6" (instance $random (export "get-random-u64" (func (result u64)))))
  (core module $memory
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
  (core instance $memory (instantiate $memory))
  (alias core export $memory "memory" (core memory $m))
  (core func $remove (canon lower (func $files "remove") (memory $m)))
  (core func $get (canon lower (func $values "get") (memory $m) (realloc (core func $memory "realloc"))))
  (core func $open (canon lower (func $sockets "open") (memory $m)))
  (core func $random (canon lower (func $random "get-random-u64")))
  (core module $asks
    (import "host" "remove" (func $remove (param i32)))
    (import "host" "get" (func $get (param i32)))
    (import "host" "open" (func $open (param i32)))
    (import "host" "random" (func $random (result i64)))
    (func (export "remove") (result i32) (call $remove (i32.const 16)) (i32.const 16))
    (func (export "get") (result i32) (call $get (i32.const 16)) (i32.const 16))
    (func (export "open") (result i32) (call $open (i32.const 16)) (i32.const 16))
    (func (export "random") (result i64) (call $random))
    (func (export "alive") (result i32) (i32.const 1)))
  (core instance $main (instantiate $asks (with "host" (instance
    (export "remove" (func $remove)) (export "get" (func $get))
    (export "open" (func $open)) (export "random" (func $random))))))
  (alias export $files "error-code" (type $codes))
  (alias export $values "error" (type $errors))
  (export $exported-codes "codes" (type $codes))
  (export $exported-errors "errors" (type $errors))
  (func (export "remove") (result (result u32 (error $exported-codes)))
    (canon lift (core func $main "remove") (memory $m)))
  (func (export "get") (result (result u32 (error $exported-errors))) (canon lift (core func $main "get") (memory $m)))
  (func (export "open") (result u32) (canon lift (core func $main "open")))
  (func (export "random") (result u64) (canon lift (core func $main "random")))
  (func (export "alive") (result bool) (canon lift (core func $main "alive"))))
"""


@pytest.mark.parametrize(("export", "refusal"), [("remove", "access"), ("get", Case("access-denied"))])
async def test_an_interface_that_can_refuse_refuses_in_its_own_words(guests: Guests, export: str, refusal: object):
    async with guests.host() as host:
        component = await guests.start(host, "asks", text=ASKS)
        for _ in range(2):
            with pytest.raises(GuestReturnedError) as caught:
                await component.call(export)
            assert caught.value.value == refusal
        assert component.status.restarts == 0


@pytest.mark.parametrize(
    ("export", "function"),
    [("random", "wasi:logging/random@0.2.6#get-random-u64"), ("open", "wasi:config/store@0.2.0#open")],
)
async def test_one_that_cannot_refuse_ends_the_guest_and_is_named(guests: Guests, export: str, function: str):
    async with guests.host() as host:
        component = await guests.start(host, "asks", text=ASKS)
        with pytest.raises(CapabilityDenied, match=function) as caught:
            await component.call(export)
        assert caught.value.code == "capability-denied"
        assert await component.call("alive") is True
        assert component.status.restarts == 1


async def test_a_component_that_never_asks_runs(guests: Guests):
    async with guests.host() as host:
        component = await guests.start(host, "asks", text=ASKS)
        assert await component.call("alive") is True


async def test_what_is_granted_is_answered_and_the_rest_still_refused(guests: Guests):
    random = HostInterface("interface wasi:logging/random@0.2.0 { get-random-u64: func() -> u64; }")
    random.add("get-random-u64", lambda: 4)
    async with guests.host() as host:
        component = await guests.start(host, "asks", text=ASKS, interfaces=[random])
        assert await component.call("random") == 4
        with pytest.raises(GuestReturnedError):
            await component.call("remove")


async def test_what_nobody_knows_is_an_error_before_anything_runs(guests: Guests):
    compiled = await guests.compiled("asks", text=ASKS)
    with pytest.raises(LinkError) as caught:
        link(compiled)
    assert [problem.split("@")[0] for problem in caught.value.problems] == [
        "wasi:http/types",
        "wasi:keyvalue/store",
        "wasi:config/store",
        "wasi:logging/random",
    ]
    link(compiled, denied=lambda name: name.startswith("wasi:"))
