"""Configure gunicorn, which reads this file from the folder in which it is started."""

import os

wsgi_app = "config.wsgi"
bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_WORKERS", "1"))
worker_class = "gthread"
threads = 4
# Longer than a proxy keeps its own idle connections, so that it never writes to one just closed.
keepalive = 75
control_socket_disable = True

# By default gunicorn lets every client on this machine, as a proxy is, set SCRIPT_NAME by a header:
# a visitor's header would pass through the proxy and choose which page is served for an address.
# The scheme and the visitor's address are Django's to read, as PROXY_COUNT says.
forwarder_headers = ""
forwarded_allow_ips = ""
secure_scheme_headers = {}
# ``X_Forwarded_For`` and ``X-Forwarded-For`` would be one variable in WSGI.
header_map = "drop"

# Bytes, a number, bytes. Searches have the longest URLs, editors the longest cookies.
limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190
