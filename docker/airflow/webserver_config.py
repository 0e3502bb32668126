"""Who may come in, and as what. Users stand in Airflow's own database until the county says else.

Roles are Airflow's: Viewer looks, User and Op also start and repeat runs, Op also sees connections
and pools, Admin also manages users. Nobody gets a role by merely knowing the address.
Uncomment ONE block to let the county's directory say who somebody is; what each needs besides:
docs/production.md, "Users".
"""

from __future__ import annotations

import os

from flask_appbuilder.const import AUTH_DB

AUTH_TYPE = AUTH_DB
AUTH_ROLE_ADMIN = "Admin"
# Guessing costs time.
AUTH_RATE_LIMITED = True
AUTH_RATE_LIMIT = "10 per minute"
FAB_PASSWORD_COMPLEXITY_ENABLED = True
# In the memory of the one API server: nothing else needs to be asked.
RATELIMIT_STORAGE_URI = "memory://"
WTF_CSRF_ENABLED = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = os.environ.get("AIRFLOW__API__BASE_URL", "").startswith("https://")

# --- LDAP: the county's directory (package python-ldap) ------------------------------------------
# from flask_appbuilder.const import AUTH_LDAP
# from kreishaus.secret_files import secret
# AUTH_TYPE = AUTH_LDAP
# AUTH_LDAP_SERVER = "ldaps://directory.county.example"
# AUTH_LDAP_SEARCH = "ou=people,dc=county,dc=example"
# AUTH_LDAP_BIND_USER = "cn=kreishaus,ou=services,dc=county,dc=example"
# AUTH_LDAP_BIND_PASSWORD = secret("KREISHAUS_LDAP_PASSWORD")
# AUTH_LDAP_UID_FIELD = "uid"
# AUTH_USER_REGISTRATION = True
# AUTH_USER_REGISTRATION_ROLE = "Viewer"
# AUTH_ROLES_SYNC_AT_LOGIN = True
# AUTH_ROLES_MAPPING = {
#     "cn=kreishaus-viewer,ou=groups,dc=county,dc=example": ["Viewer"],
#     "cn=kreishaus-operator,ou=groups,dc=county,dc=example": ["Op"],
#     "cn=kreishaus-admin,ou=groups,dc=county,dc=example": ["Admin"],
# }
# --- end of LDAP ---------------------------------------------------------------------------------

# --- OpenID Connect: Keycloak, ADFS, Entra (package authlib) -------------------------------------
# from flask_appbuilder.const import AUTH_OAUTH
# from kreishaus.secret_files import secret
# AUTH_TYPE = AUTH_OAUTH
# AUTH_USER_REGISTRATION = True
# AUTH_USER_REGISTRATION_ROLE = "Viewer"
# AUTH_ROLES_SYNC_AT_LOGIN = True
# AUTH_ROLES_MAPPING = {
#     "kreishaus-viewer": ["Viewer"],
#     "kreishaus-operator": ["Op"],
#     "kreishaus-admin": ["Admin"],
# }
# OAUTH_PROVIDERS = [
#     {
#         "name": "keycloak",
#         "icon": "fa-key",
#         "token_key": "access_token",
#         "remote_app": {
#             "client_id": "kreishaus",
#             "client_secret": secret("KREISHAUS_OIDC_SECRET"),
#             "server_metadata_url": "https://login.county.example/realms/county"
#             "/.well-known/openid-configuration",
#             "api_base_url": "https://login.county.example/realms/county/protocol/",
#             "client_kwargs": {"scope": "openid email profile"},
#         },
#     }
# ]
# --- end of OpenID Connect -----------------------------------------------------------------------
