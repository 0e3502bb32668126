"""The disclosure rule for care homes: who contributed to a value, and what of it may be shown.

``contributions`` reads what each home adds to each figure, ``rule`` says whether a sum protects
its contributors, ``joint`` puts areas that are too small together, ``suppression`` decides for
every area, and ``select`` writes the statement of a public mart by it. docs/disclosure.md says why.
"""
