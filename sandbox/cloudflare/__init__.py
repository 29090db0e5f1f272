"""Cloudflare: its API, its zones, R2 and Workers, as far as the deployments here use them."""
