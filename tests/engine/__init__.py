import pytest

pytest.register_assert_rewrite("tests.engine.life", "tests.engine.reviewed")
