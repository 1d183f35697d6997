"""One file per page; a view renders what the queries return, and calls no API itself."""
