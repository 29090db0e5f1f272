"""What could let someone in or out."""
