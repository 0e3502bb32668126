"""The published marts in PostgreSQL, for BI tools with many users.

    published/current  --load-->  schemas "internal" and "public", kreishaus.publication

``load`` copies a version (``contents`` reads it, ``tables`` writes it, ``types`` says what becomes
of a column); ``gate`` is the instant in which readers get it, ``publication`` what it says of
itself; ``readers`` are who may log in, ``connection`` is how the database is reached.
"""
