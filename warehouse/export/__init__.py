"""Published marts as files for people: workbooks and CSV, with all that a figure needs beside it.

``extract`` reads a mart and what is known of it, ``units`` says what its numbers count, ``notes``
puts it into words, ``workbook`` and ``textfile`` write it; ``write`` is the one way out.
"""
