"""`python -m sandbox.plugin`: the executable the engine starts."""

from sandbox.plugin.server import serve

serve()
