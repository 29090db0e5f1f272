"""Serves the components to the engine, as a package for every language."""

from mta_sts.package import serve

serve()
