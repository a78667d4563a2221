"""How long to wait before the next restart. Pure: randomness comes in as a number."""

from __future__ import annotations

from dataclasses import dataclass

from airssys.errors import SpecInvalid

from ._checks import check_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Exponential waiting with jitter, forgiven after a quiet period.

    The n-th restart in a row waits `initial_seconds * factor**n`, at most `max_seconds`; of that, up to the share
    `jitter` is taken off at random, so that many that failed together do not come back together
    (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter: 0.5 is its "equal jitter").

    Attributes:
        initial_seconds: before the first restart; 0 restarts at once, always.
        factor: by which each restart in a row multiplies the wait; at least 1.
        max_seconds: no wait is longer.
        jitter: the share of the wait that is random; 0 is none, 1 is all.
        reset_after_seconds: who has lived that long since it was last started begins from `initial_seconds` again.

    Raises:
        SpecInvalid: a value is out of range.
    """

    initial_seconds: float = 0.1
    factor: float = 2.0
    max_seconds: float = 30.0
    jitter: float = 0.5
    reset_after_seconds: float = 30.0

    def __post_init__(self) -> None:
        for name in ("initial_seconds", "max_seconds", "reset_after_seconds"):
            object.__setattr__(self, name, check_seconds(f"backoff.{name}", getattr(self, name)))
        object.__setattr__(self, "factor", check_seconds("backoff.factor", self.factor, least=1.0))
        object.__setattr__(self, "jitter", check_seconds("backoff.jitter", self.jitter))
        if self.jitter > 1.0:
            raise SpecInvalid(f"backoff.jitter is {self.jitter!r}: expected a share from 0 to 1")
        if self.initial_seconds > self.max_seconds:
            raise SpecInvalid(
                f"backoff.initial_seconds is {self.initial_seconds:g}, above max_seconds, which is {self.max_seconds:g}"
            )

    def delay_seconds(self, streak: int, draw: float) -> float:
        """How long to wait.

        Args:
            streak: how many restarts in a row came before this one.
            draw: a random number from 0 up to 1.

        >>> Backoff(jitter=0.0).delay_seconds(3, 0.9), Backoff(jitter=0.5).delay_seconds(0, 1.0)
        (0.8, 0.05)
        """
        return self._longest(streak) * (1.0 - self.jitter * draw)

    def _longest(self, streak: int) -> float:
        try:
            return min(self.max_seconds, self.initial_seconds * self.factor**streak)
        except OverflowError:  # of the power, after a thousand restarts in a row
            return self.max_seconds


#: Restart at once, always: what OTP does.
NO_BACKOFF = Backoff(initial_seconds=0.0, jitter=0.0)
