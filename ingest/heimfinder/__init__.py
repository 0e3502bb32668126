"""Heimfinder NRW: the places that care homes report free."""
