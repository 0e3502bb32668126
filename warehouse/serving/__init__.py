"""The published marts in PostgreSQL, for BI tools with many users.

    published/current  --load-->  schemas "internal" and "public", kreishaus.publication

``load`` copies a version, ``switch`` puts it before readers in one instant, ``readers`` says who
they are, ``connection`` is how the database is reached, ``types`` what becomes of a column.
"""
