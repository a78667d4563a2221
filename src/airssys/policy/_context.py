"""Who asks: everything that decisions about a component's requests depend on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final, Self

from airssys.audit import Subject
from airssys.capabilities import Capability, CapabilitySet
from airssys.manifest import Manifest
from airssys.trust import TrustLevel

from ._effective import effective_lines, without_wildcards
from ._lines import Lines
from ._policy import Policy, Standing

#: Attributes without which nothing is granted: what is not known about a component cannot have been judged.
_REQUIRED: Final = ("component", "version", "digest", "trust")

#: What the key paths of a manifest have before the keys of its `[capabilities]`.
_SECTION: Final = "capabilities."


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a right that is in force came from.

    Attributes:
        right: the right.
        declared: the line of the manifest.
        approved: the person or the rule of trust.
        allowed: the line of the policy.
    """

    right: Capability
    declared: str
    approved: str
    allowed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityContext:
    """What a component is, and what it may do. What it may do is computed here and nowhere else, so that no context can
    hold more than was declared, approved and allowed. Change one with `dataclasses.replace`, which computes anew.

    Attributes:
        component: its name in the host.
        version: of the component.
        digest: SHA-256 of the bytes that run, hexadecimal.
        trust: how far its origin is vouched for. It opens nothing by itself.
        declared: what its manifest asks for.
        approved: what a person or a rule of trust gave it.
        policy: of the operator.
        instance: which instance of it; None for whichever runs.
        declared_at: for each key of `[capabilities]`, the line where it stands; `places_in` a manifest.
        approved_by: who approved.
        effective: the rights that are in force.
        missing: which attributes are not known, of those without which nothing is granted.
        standing: what the policy says about the component.
        subject: how audit records name it.
        counted: what was declared, without patterns that cancel the sandbox and that the policy does not name.
        lines: the same rights as `effective`, each with the line of the policy that gives it.
        is_whole: whether everything that was declared is in force.
    """

    component: str
    version: str | None
    digest: str | None
    trust: TrustLevel | None
    declared: CapabilitySet
    approved: CapabilitySet
    policy: Policy
    instance: str | None = None
    declared_at: tuple[tuple[str, str], ...] = ()
    approved_by: str = ""
    effective: CapabilitySet = field(init=False, compare=False)
    missing: tuple[str, ...] = field(init=False, compare=False)
    standing: Standing = field(init=False, repr=False, compare=False)
    subject: Subject = field(init=False, repr=False, compare=False)
    counted: CapabilitySet = field(init=False, repr=False, compare=False)
    lines: Lines = field(init=False, repr=False, compare=False)
    is_whole: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        standing = self.policy.of(self.component)
        missing = tuple(name for name in _REQUIRED if not getattr(self, name))
        counted = without_wildcards(self.declared, standing)
        lines = effective_lines(counted, CapabilitySet() if missing else self.approved, standing)
        for name, value in (
            ("standing", standing),
            ("missing", missing),
            ("counted", counted),
            ("lines", lines),
            ("effective", lines.rights),
            ("is_whole", lines.rights == self.declared),
            ("subject", Subject(component=self.component, instance=self.instance, digest=self.digest)),
        ):
            object.__setattr__(self, name, value)

    def of_instance(self, instance: str | None) -> Self:
        """The same for one instance: its rights do not depend on that, and are not computed anew for each."""
        made = object.__new__(type(self))
        for name in self.__slots__:
            object.__setattr__(made, name, getattr(self, name))
        object.__setattr__(made, "instance", instance)
        subject = Subject(component=self.component, instance=instance, digest=self.digest)
        object.__setattr__(made, "subject", subject)
        return made

    @property
    def roles(self) -> tuple[str, ...]:
        """The names of its roles, inherited ones too, nearest first."""
        return self.standing.roles

    def origins(self) -> tuple[Origin, ...]:
        """Where each right in force came from."""
        return tuple(
            Origin(
                right=right,
                declared=self.place_of(_covering(self.declared, right) or right),
                approved=self.approved_by,
                allowed=str(self.lines.line_of(right)),
            )
            for right in self.effective
        )

    def place_of(self, declared: Capability) -> str:
        """The line of the manifest that declares a right; its key where the line is not known."""
        return dict(self.declared_at).get(declared.key, f"[capabilities] {declared.key}")

    def revoked(self) -> Self:
        """The same component with nothing approved."""
        return replace(self, approved=CapabilitySet(), approved_by="")


def places_in(manifest: Manifest) -> tuple[tuple[str, str], ...]:
    """Where a manifest declares what it asks for, as `SecurityContext.declared_at` has it."""
    return tuple(
        (path.removeprefix(_SECTION), source) for path, source in manifest.sources if path.startswith(_SECTION)
    )


def _covering(rights: Iterable[Capability], right: Capability) -> Capability | None:
    return next((each for each in rights if each.covers(right)), None)
