"""The county's own lists: council decisions, planning units, parameters, printed totals."""
