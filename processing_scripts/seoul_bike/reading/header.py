"""Check of the beginning of a data file, before anything is uploaded or a job is paid for."""

import sys
from pathlib import Path

from processing_scripts.errors import PreprocessingError
from processing_scripts.reading.tables import read_tables
from processing_scripts.seoul_bike.reading.columns import count_known
from processing_scripts.seoul_bike.reading.observations import cells_of

if __name__ == "__main__":
    try:
        cells_of(next(read_tables(Path(sys.argv[1]), recognise=count_known, rows=1)), with_rentals=True)
    except PreprocessingError as error:
        sys.exit(str(error))
