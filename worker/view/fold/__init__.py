"""Which rows each change writes. Pure: changes and their numbers in, rows out."""
