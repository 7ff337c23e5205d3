"""The line that shows how far a run is."""

from medinstruct.generator import Progress


def test_the_line_tells_rate_share_cost_and_time_left():
    line = str(Progress(accepted=500, size=2000, candidates=625, requests=130, cost=1.234, seconds=60.0, fresh=300))
    assert line == "500 of 2,000 accepted, 80% of 625 candidates, 300 a minute, 130 answers, cost 1.23, 5 min left"


def test_what_is_not_known_yet_is_not_told():
    line = str(Progress(accepted=0, size=2000, candidates=0, requests=3, cost=0.0, seconds=0.0, fresh=0))
    assert line == "0 of 2,000 accepted, 3 answers"
