"""AWS's toolkits as far as scripts import them: packages that images have, and this machine need not have.

The folder is on the import path of scripts in script mode and of user's inference code, behind the code itself. Each
package in it is found there under its own name; what it does, the modules of the house do.
"""

from __future__ import annotations

from pathlib import Path

TOOLKITS = Path(__file__).resolve().parent
"""What goes on the import path."""
