"""The published marts in PostgreSQL, for BI tools with many users: a database for each audience.

    published/current  --load-->  <name>_public: schema "public"
                                  <name>:        schemas "internal" and "public"
                                  each with kreishaus.publication

``load`` copies a version (``contents`` reads it, ``tables`` writes it, ``types`` says what becomes
of a column), one loader at a time (``loaders_lock``); ``reader_lock`` is the instant in which
readers get it, ``overlong`` ends those who stand in it, ``publication`` is what it says of itself;
``readers`` are who may log in, ``doors`` what they could do besides, ``connection`` is how both are
reached.
"""
