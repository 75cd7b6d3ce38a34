"""What stands in these modules asserts as well: a failure tells what was compared."""

import pytest

pytest.register_assert_rewrite("tests.failure.callers", "tests.failure.checking")
