"""The desk that stories of rulings are lived on says what differs when an assert of its own fails, as tests do."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("tests.monitor.review.ruled_desk")
