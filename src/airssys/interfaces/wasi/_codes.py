"""What went wrong, in WASI's words.

Source: `error-code` of wasi:filesystem 0.2, whose cases are described by the names of POSIX errors.
"""

from __future__ import annotations

import errno
from typing import Final

#: Errors of Linux -> `error-code`; errors that are not listed are `io`.
_CODES: Final = {
    errno.EACCES: "access",
    errno.EAGAIN: "would-block",
    errno.EALREADY: "already",
    errno.EBADF: "bad-descriptor",
    errno.EBUSY: "busy",
    errno.EDEADLK: "deadlock",
    errno.EDQUOT: "quota",
    errno.EEXIST: "exist",
    errno.EFBIG: "file-too-large",
    errno.EILSEQ: "illegal-byte-sequence",
    errno.EINPROGRESS: "in-progress",
    errno.EINTR: "interrupted",
    errno.EINVAL: "invalid",
    errno.EIO: "io",
    errno.EISDIR: "is-directory",
    errno.ELOOP: "loop",
    errno.EMFILE: "quota",
    errno.EMLINK: "too-many-links",
    errno.EMSGSIZE: "message-size",
    errno.ENAMETOOLONG: "name-too-long",
    errno.ENFILE: "quota",
    errno.ENODEV: "no-device",
    errno.ENOENT: "no-entry",
    errno.ENOLCK: "no-lock",
    errno.ENOMEM: "insufficient-memory",
    errno.ENOSPC: "insufficient-space",
    errno.ENOTDIR: "not-directory",
    errno.ENOTEMPTY: "not-empty",
    errno.ENOTRECOVERABLE: "not-recoverable",
    errno.ENOTSUP: "unsupported",
    errno.ENOSYS: "unsupported",
    errno.ENOTTY: "no-tty",
    errno.ENXIO: "no-such-device",
    errno.EOVERFLOW: "overflow",
    errno.EPERM: "not-permitted",
    errno.EPIPE: "pipe",
    errno.EROFS: "read-only",
    errno.ESPIPE: "invalid-seek",
    errno.ETXTBSY: "text-file-busy",
    errno.EXDEV: "cross-device",
}


class Refusal(Exception):
    """A call ends with an `error-code`. Never leaves this room: it becomes the error of the call's `result`.

    Attributes:
        code: the case of `error-code`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def code_of(error: OSError) -> str:
    """The `error-code` for an error of the system.

    >>> code_of(FileNotFoundError(2, "")), code_of(OSError("something"))
    ('no-entry', 'io')
    """
    return _CODES.get(error.errno or 0, "io")
