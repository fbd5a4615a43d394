"""The shared kernel: command line, shop folders, warehouse access, errors, console.

Every other package may import this one; this one imports no other at import time.
"""

__version__ = "0.1.0"
