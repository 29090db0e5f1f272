"""TLS reports (RFC 8460), wherever and however they are kept: read, counted once, and weighed.

`places` finds the files, `contents` what is in each, `totals` adds up, `summary` tells what it
means.
"""
