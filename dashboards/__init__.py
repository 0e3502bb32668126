"""Dashboards as code: small files that say what is shown, and what makes Superset of them."""
