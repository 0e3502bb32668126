"""Become another program that ends when its parent does, however that one is ended.

    python ends_with_parent.py <parent's pid> <program> [argument ...]

Linux alone can do it (``PR_SET_PDEATHSIG``); elsewhere the program simply runs. Needs nothing but
the standard library and is run by its path, so that it costs a hundredth of a second.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1

if __name__ == "__main__":
    parent, program = int(sys.argv[1]), sys.argv[2]
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before it could be watched
            os._exit(128 + signal.SIGKILL)
    os.execv(program, sys.argv[2:])
