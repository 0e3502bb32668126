"""Superset's settings for Kreishaus: SUPERSET_CONFIG_PATH points here.

Whatever differs between places comes from outside (``place.py``); docs/dashboards.md lists it.
"""

from __future__ import annotations

from typing import Any

from dashboards.place import database_url, setting

# --- What the place gives ------------------------------------------------------------------------

SECRET_KEY = setting("KREISHAUS_DASHBOARDS_SECRET_KEY")
SQLALCHEMY_DATABASE_URI = database_url("KREISHAUS_DASHBOARDS_DATABASE_URL")
_BEHIND_HTTPS = setting("KREISHAUS_DASHBOARDS_HTTPS", "no").lower() in ("yes", "true", "1")

# --- Names and language --------------------------------------------------------------------------

APP_NAME = "Kreishaus"
BABEL_DEFAULT_LOCALE = "de"
LANGUAGES = {
    "de": {"flag": "de", "name": "Deutsch"},
    "en": {"flag": "gb", "name": "English"},
}
D3_FORMAT = {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", " €"]}
D3_TIME_FORMAT = {
    "dateTime": "%A, %e. %B %Y, %X",
    "date": "%d.%m.%Y",
    "time": "%H:%M:%S",
    "periods": ["", ""],
    "days": ["Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"],
    "shortDays": ["So", "Mo", "Di", "Mi", "Do", "Fr", "Sa"],
    "months": [
        "Januar", "Februar", "März", "April", "Mai", "Juni",
        "Juli", "August", "September", "Oktober", "November", "Dezember",
    ],
    "shortMonths": [
        "Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez",
    ],
}  # fmt: skip

# --- Looks ---------------------------------------------------------------------------------------

EXTRA_CATEGORICAL_COLOR_SCHEMES = [
    {
        "id": "kreishaus",
        "label": "Kreishaus",
        "description": "Told apart in print and by colour-blind readers (after Okabe and Ito)",
        "isDefault": True,
        "colors": ["#1f5f8b", "#e08e2b", "#3a9b7a", "#b23a48", "#7fb3d5", "#c77aa8", "#5b6770"],
    }
]
# The logo is drawn here: a picture file would have to lie among Superset's own
_LOGO = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 128 24'%3E"
    "%3Cpath fill='%231f5f8b' d='M12 2 1 11h3v11h4V14h3v8h4V11h3v11h2V11h3z'/%3E"
    "%3Ctext x='32' y='18' font-family='Inter,Helvetica,Arial,sans-serif' font-size='17' "
    "font-weight='600' fill='%231b2733'%3EKreishaus%3C/text%3E%3C/svg%3E"
)
_TOKENS = {
    "brandAppName": APP_NAME,
    "brandLogoAlt": APP_NAME,
    "brandLogoUrl": _LOGO,
    "brandLogoHeight": "24px",
    "brandLogoMargin": "18px 0",
    "brandLogoHref": "/dashboard/list/",
    "colorPrimary": "#1f5f8b",
    "colorLink": "#1f5f8b",
    "fontUrls": [],
    "fontFamily": "Inter, Helvetica, Arial, sans-serif",
}
THEME_DEFAULT: dict[str, Any] = {"token": _TOKENS, "algorithm": "default"}
THEME_DARK = None
ENABLE_UI_THEME_ADMINISTRATION = False

# --- Who sees what -------------------------------------------------------------------------------

FEATURE_FLAGS = {
    "DASHBOARD_RBAC": True,
    "ALERT_REPORTS": False,
    "EMBEDDED_SUPERSET": False,
    "ENABLE_TEMPLATE_PROCESSING": False,
    "TAGGING_SYSTEM": False,
}
AUTH_ROLE_PUBLIC = "Public"
PUBLIC_ROLE_LIKE = None  # nobody sees anything without an account
AUTH_USER_REGISTRATION = False
FAB_ADD_SECURITY_API = True
FAB_API_SWAGGER_UI = False

# --- Safety --------------------------------------------------------------------------------------

WTF_CSRF_ENABLED = True
TALISMAN_ENABLED = True
# Superset's own list names hosts of map tiles, fonts and a counting pixel (Scarf). None of them is
# in this one, so no browser asks them; scripts run by nonce, and nothing is evaluated.
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "font-src": ["'self'", "data:"],
        "script-src": ["'self'", "'strict-dynamic'"],
        "frame-ancestors": ["'self'"],
        "form-action": ["'self'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,  # the proxy before it speaks HTTPS
    "session_cookie_secure": _BEHIND_HTTPS,
}
ENABLE_PROXY_FIX = _BEHIND_HTTPS
SESSION_COOKIE_SECURE = _BEHIND_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SHOW_STACKTRACE = False
PREVENT_UNSAFE_DB_CONNECTIONS = True
RATELIMIT_STORAGE_URI = "memory://"
AUTH_RATE_LIMITED = True
AUTH_RATE_LIMIT = "5 per second"

# --- No calls to anybody -------------------------------------------------------------------------

THEME_FONT_URL_ALLOWED_DOMAINS: list[str] = []
MAPBOX_API_KEY = ""
BUG_REPORT_URL = None
DOCUMENTATION_URL = None

# --- Speed ---------------------------------------------------------------------------------------

# Results are not kept: the serving database answers in milliseconds, and a kept result would be of
# another version than its neighbour's after a new one is published.
DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
SUPERSET_WEBSERVER_TIMEOUT = 60
SQLLAB_TIMEOUT = 30
ROW_LIMIT = 10_000
SQL_MAX_ROW = 100_000
