"""Work that outlives a page: a queue in the database, and the worker processes that take from it."""
