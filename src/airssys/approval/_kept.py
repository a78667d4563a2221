"""A request as storage keeps it: the binding in columns, everything else as one JSON text."""

from __future__ import annotations

import json
from typing import Any, Final

from airssys.capabilities import Capability, CapabilityError, CapabilitySet, Kind
from airssys.errors import StorageFailed
from airssys.storage import ApprovalRecord

from ._ask import Ask
from ._request import ApprovalRequest
from ._rights import Right
from ._states import State

#: The form of the text; another form gets another number.
_FORM: Final = 1


def detail_of(request: ApprovalRequest) -> str:
    """What is kept of a request besides its binding, state and times."""
    ask = request.ask
    return json.dumps(
        {
            "form": _FORM,
            "version": ask.version,
            "rationale": {kind.value: text for kind, text in ask.rationale.items()},
            "proof": ask.proof,
            "before": request.before,
            "shown": [_shown(right) for right in request.rights],
            "approved": request.approved.canonical,
            "by": request.by,
            "note": request.note,
        }
    )


def request_of(record: ApprovalRecord) -> ApprovalRequest:
    """The request that a record keeps.

    Raises:
        StorageFailed: the record is none of ours.
    """
    try:
        return _read(record)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, CapabilityError) as error:
        raise StorageFailed(
            f"approval {record.id} cannot be read: {error}",
            hint="the database was changed by something else; put a backup in its place",
        ) from error


def _read(record: ApprovalRecord) -> ApprovalRequest:
    detail = json.loads(record.detail)
    if detail["form"] != _FORM:
        raise ValueError(f"its form is {detail['form']}, and this airssys knows {_FORM}")
    binding = record.binding
    ask = Ask(
        component=binding.component,
        version=_text(detail["version"]),
        digest=binding.digest,
        source=binding.source,
        capabilities=CapabilitySet.from_canonical(binding.capabilities),
        rationale={Kind(kind): _text(text) for kind, text in detail["rationale"].items()},
        proof=None if detail["proof"] is None else _text(detail["proof"]),
    )
    return ApprovalRequest(
        id=record.id,
        ask=ask,
        state=State(record.state),
        asked_at=record.created_at,
        changed_at=record.changed_at,
        expires_at=record.expires_at,
        rights=tuple(_right(each) for each in detail["shown"]),
        before=None if detail["before"] is None else int(detail["before"]),
        approved=CapabilitySet.from_canonical(detail["approved"]),
        by=_text(detail["by"]),
        note=_text(detail["note"]),
    )


def _shown(right: Right) -> dict[str, Any]:
    capability = right.capability
    parts = (capability.kind.value, capability.action.value, capability.pattern.text)
    return {"right": parts, "remark": right.remark, "new": right.is_new}


def _right(shown: dict[str, Any]) -> Right:
    kind, action, pattern = map(_text, shown["right"])
    capability = Capability.parse(kind, action, pattern)
    return Right(capability=capability, remark=_text(shown["remark"]), is_new=shown["new"] is True)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a text was expected, not {type(value).__name__}")
    return value
