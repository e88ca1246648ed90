"""Two names of files exchanged in one step, so that whatever a name led to until then is still there to be looked at.

Only some systems can; what the files hold is not its concern.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

_EXCHANGE = 2  # <linux/fs.h>
_HERE = -100  # AT_FDCWD: names count from the working directory.
_CANNOT = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM}
_system: list[Any] = []


def prepare() -> None:
    """Load what ``exchange`` needs, for a caller that will have no time for it."""
    if not _system:
        _system.append(_function())


def exchange(first: Path, second: Path) -> bool:
    """Exchange two names; return whether this system can do that at all, and raise OSError where it failed."""
    prepare()
    if _system[0] is None:
        return False
    import ctypes

    ctypes.set_errno(0)
    if _system[0](_HERE, os.fsencode(first), _HERE, os.fsencode(second), _EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _CANNOT:
        return False
    raise OSError(number, os.strerror(number), str(second))


def _function() -> Any:
    if os.name != "posix":
        return None
    try:
        import ctypes

        function = ctypes.CDLL(None, use_errno=True).renameat2
    except (ImportError, OSError, AttributeError):
        return None
    function.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]
    return function
