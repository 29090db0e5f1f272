"""Random histories on the real engine, with faults, under senders that watch (P1 to P8)."""
