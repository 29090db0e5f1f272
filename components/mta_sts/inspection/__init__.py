"""All that a sender sees of a domain, for `mta-sts check`: what was seen, and what is wrong."""
