"""A configuration for a domain, from what DNS and a policy that is live say of it."""
