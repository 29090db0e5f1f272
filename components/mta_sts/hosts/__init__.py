"""Where the policy file is served. A host knows nothing of DNS but the records it asks for."""
