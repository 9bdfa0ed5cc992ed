"""Runs a command and prints what it cost as JSON: {code, seconds, mb}, after its standard output.

Usage: cost_of.py SECONDS COMMAND...   `mb` is the most memory that it, or a process it waited for, ever held.
Past its SECONDS the command is killed; `code` is then negative.
"""
import json
import os
import signal
import sys
import time

began = time.monotonic()
child = os.fork()
if child == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
signal.alarm(int(sys.argv[1]))
_, status, usage = os.wait4(child, 0)
print(json.dumps({"code": os.waitstatus_to_exitcode(status), "seconds": time.monotonic() - began,
                  "mb": usage.ru_maxrss / 1024}))
