"""What lateness costs, computed when marks are exported: after manual grading, from the points then reached."""

from __future__ import annotations

import math

from traitlets import Float
from traitlets.config import LoggingConfigurable


class LatePolicy(LoggingConfigurable):
    """So many percent of the points reached for each day begun after the due date; by default nothing."""

    percent_per_day = Float(0.0, min=0.0, max=100.0, help="Percent of the points for each day begun.").tag(config=True)
    max_percent = Float(100.0, min=0.0, max=100.0, help="The most that lateness can cost, in percent.").tag(config=True)
    grace_minutes = Float(0.0, min=0.0, help="Minutes after the due date that still count as in time.").tag(config=True)

    def penalty(self, points: float, seconds_late: float) -> float:
        """Points to take off `points` for a submission this many seconds after the due date."""
        late_s = seconds_late - 60.0 * self.grace_minutes
        if late_s <= 0.0:
            return 0.0
        percent: float = min(self.max_percent, self.percent_per_day * math.ceil(late_s / 86_400.0))
        return points * percent / 100.0
