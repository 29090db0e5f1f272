"""A pytest plugin: hypothesis tries the same few examples for each mutant, and keeps none."""

import gc

from hypothesis import HealthCheck, settings

settings.register_profile(
    "mutation",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=3,
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("mutation")


def pytest_configure() -> None:
    """What was there before a mutant need not be looked through for garbage."""
    gc.freeze()
