"""Check of the beginning of a data file, before anything is uploaded or a job is paid for.

``python -m processing_scripts.header DATASET FILE``; exits with a sentence on stderr if columns are missing.
"""

import sys
from pathlib import Path

from processing_scripts.errors import PreprocessingError
from processing_scripts.loading import load
from processing_scripts.schema import CODE_FOLDER

if __name__ == "__main__":
    try:
        load(CODE_FOLDER / sys.argv[1]).check_header(Path(sys.argv[2]))
    except PreprocessingError as error:
        sys.exit(str(error))
