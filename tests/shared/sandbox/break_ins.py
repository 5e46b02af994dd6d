"""Ways out of a sandbox that people have tried, each as a program; and what it must not give."""

METADATA = "169.254.169.254"

_BUILD = "a = [0] * 1000\nb = [a] * 1000\nc = [b] * 1000\n"

# By what each one tries. A program that ends is no break-in as long as it gives nothing.
ATTEMPTS = {
    # Classes, their bases and what hangs on them.
    "the classes of a tuple": "def run(): return str(().__class__.__bases__[0].__subclasses__())",
    "the class of a text": "def run(): return str(''.__class__.__mro__)",
    "the globals of a function": "def run(): return str(run.__globals__)",
    "the code of a function": "def run(): return str(run.__code__.co_consts)",
    "the frame of an error": (
        "def run():\n    try:\n        1 / 0\n    except ZeroDivisionError as e:\n"
        "        return str(e.__traceback__.tb_frame.f_globals)"
    ),
    "the class by its type": "def run(): return str(type(()).__bases__)",
    "a new class": "def run(): return str(type('A', (object,), {}))",
    "attributes by name": "def run(): return str(getattr((), '__cla' + 'ss__'))",
    "a format that looks inside": "def run(): return '{0.__class__.__mro__}'.format(())",
    "builtins by their name": "def run(): return str(__builtins__)",
    "an import by its name": "def run(): return str(__import__('os').getcwd())",
    "code from a text": "def run(): return str(eval('().__class__.__mro__'))",
    "code that imports": "def run():\n    exec('import socket')\n    return 'in'",
    "compiled code": "def run(): return str(compile('1', 'a', 'eval'))",
    "the loader of a module": "import json\ndef run(): return str(json.__loader__)",
    "another function in a module": (
        "import json\njson.dumps = lambda *a, **k: 'spoofed'\ndef run(): return 1"
    ),
    # Processes.
    "a shell": "import os\ndef run(): return os.system('id')",
    "a fork": "import os\ndef run(): return os.fork()",
    "a program in its place": "import os\ndef run(): return os.execv('/bin/sh', ['sh'])",
    "a process": "import subprocess\ndef run(): return subprocess.run('id')",
    "another process": "import multiprocessing\ndef run(): return 1",
    "a thread": "import threading\ndef run(): return 1",
    "a signal": "import os\ndef run(): return os.kill(1, 9)",
    "native code": "import ctypes\ndef run(): return str(ctypes.CDLL(None))",
    # Files and the environment.
    "a file": "def run(): return open('/etc/passwd').read()",
    "its own memory": "def run(): return open('/proc/self/maps').read()",
    "the environment of its parent": "def run(): return open('/proc/1/environ').read()",
    "a path": "from pathlib import Path\ndef run(): return Path('/etc/passwd').read_text()",
    "a link upwards": "def run(): return open('/../../etc/passwd').read()",
    "a list of files": "import os\ndef run(): return os.listdir('/')",
    "a new file": "def run(): return open('/tmp/left-behind', 'w').write('x')",
    "the environment": "import os\ndef run(): return dict(os.environ)",
    "one variable": "import os\ndef run(): return os.environ['PATH']",
    # The network.
    "a socket": "import socket\ndef run(): return str(socket.create_connection(('1.1.1.1', 80)))",
    "a request": "import urllib.request\ndef run(): return 1",
    "an address by asyncio": (
        "import asyncio\ndef run():\n"
        "    return str(asyncio.run(asyncio.open_connection('127.0.0.1', 80)))"
    ),
    "the metadata server": (
        f"import http.client\ndef run(): return str(http.client.HTTPConnection('{METADATA}'))"
    ),
    # Time and memory.
    "a loop": "def run():\n    while True: pass",
    "a loop that catches": (
        "def run():\n    while True:\n        try:\n            while True: pass\n"
        "        except BaseException: pass"
    ),
    "a loop while it is loaded": "while True: pass",
    "a long sleep of many": (
        "import time\ndef run():\n    while True: time.sleep(1000)"
    ),
    "recursion": "def run(): return run()",
    "a large text": "def run(): return len('x' * 10**10)",
    "a growing list": "def run():\n    a = [1]\n    while True: a += a",
    "a huge number": "def run(): return len(str(10 ** 10**8))",
    "a huge power": "def run(): return 7 ** 7 ** 9 ** 9",
    "a regular expression": "import re\ndef run(): return bool(re.match('(a+)+\\\\1b', 'a' * 60))",
    "a large range": "def run(): return sum(range(10**12))",
    "a large print": "def run():\n    while True: print('x' * 1000)",
    # What it gives.
    "a value that unfolds": f"{_BUILD}def run(): return c",
    "a value that unfolds while it is loaded": f"{_BUILD}c",
    "an error that unfolds": f"{_BUILD}def run(): raise ValueError(c)",
    "a text of the error": "def run(): raise ValueError('x' * 10**7)",
    "more than a step keeps": "def run(): return 'x' * 70_000",
    "more parts than a step keeps": "def run(): return [0] * 30_000",
    "a deep list": (
        "def run():\n    a = []\n    for _ in range(900): a = [a]\n    return a"
    ),
    "itself": "def run():\n    a = []\n    a.append(a)\n    return a",
    "a set": "def run(): return {1, 2}",
    "bytes": "def run(): return b'x'",
    "a function": "def run(): return run",
    "no number": "def run(): return float('nan')",
    "a number without end": "def run(): return float('inf')",
    "a number beyond JSON": "def run(): return 2**64",
    "a half character": "def run(): return chr(0xD800)",
}  # fmt: skip
