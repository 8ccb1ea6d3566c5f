"""Charts: what is drawn lies inside its frame, words are harmless, steps keep their height."""

import re

from understudy.jobs.report.charts import (
    BOTTOM,
    COLOURS,
    HEIGHT,
    INTERVAL_WIDTH,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Band,
    Chart,
    Dot,
    Line,
    Mark,
    interval,
)


def drawn(svg: str, tag: str) -> list[list[tuple[float, float]]]:
    """The points of every element of a kind."""
    found = re.findall(rf'<{tag} [^>]*points="([^"]*)"', svg)
    return [[tuple(map(float, point.split(","))) for point in points.split()] for points in found]  # type: ignore[misc]


def test_points_lie_inside_the_frame_and_beyond_its_range_on_its_edge() -> None:
    chart = Chart("t", "x", "y", [Line("a", [(0.0, -5.0), (5.0, 0.5), (10.0, 9.0)])], (0.0, 1.0))
    ((first, middle, last),) = drawn(chart.svg(), "polyline")
    assert first == (LEFT, HEIGHT - BOTTOM)
    assert last == (WIDTH - RIGHT, TOP)
    assert middle == ((first[0] + last[0]) / 2, (first[1] + last[1]) / 2)


def test_a_log_axis_puts_equal_factors_at_equal_distances() -> None:
    chart = Chart("t", "x", "y", [Line("a", [(0.0, 1.0), (1.0, 10.0), (2.0, 100.0)])], (0.1, 1000.0), log=True)
    ((one, ten, hundred),) = drawn(chart.svg(), "polyline")
    assert abs((one[1] - ten[1]) - (ten[1] - hundred[1])) < 0.2


def test_a_step_keeps_its_height_until_the_next_point() -> None:
    chart = Chart("t", "x", "y", [Line("a", [(0.0, 0.0), (5.0, 1.0), (10.0, 1.0)], step=True)], (0.0, 1.0))
    (points,) = drawn(chart.svg(), "polyline")
    assert points[1] == (points[2][0], points[0][1])
    assert len(points) == 6


def test_a_band_goes_there_on_its_upper_edge_and_back_on_its_lower() -> None:
    chart = Chart("t", "x", "y", [], (0.0, 1.0), bands=(Band("b", [(0.0, 0.0, 1.0), (1.0, 0.25, 0.75)]),))
    ((top_left, top_right, low_right, low_left),) = drawn(chart.svg(), "polygon")
    assert top_left[0] == low_left[0] == LEFT
    assert top_left[1] < top_right[1] < low_right[1] < low_left[1]


def test_a_band_has_the_colour_of_its_line_and_a_plain_line_none() -> None:
    points = [(0.0, 0.0), (1.0, 1.0)]
    lines = [Line("a", points), Line("b", points), Line("chance", points, plain=True)]
    svg = Chart("t", "x", "y", lines, (0.0, 1.0), bands=(Band("b", [(0.0, 0.0, 1.0)], 1),)).svg()
    assert f'<polygon fill="{COLOURS[1]}"' in svg
    assert f'<polyline fill="none" stroke="{COLOURS[1]}"' in svg
    assert svg.count('<polyline class="mark"') == 1
    assert COLOURS[2] not in svg


def test_a_dot_lies_where_a_line_would_in_a_chart_of_any_height() -> None:
    line = Line("a", [(0.0, 0.0), (0.5, 0.25), (1.0, 1.0)])
    svg = Chart("t", "x", "y", [line], (0.0, 1.0), dots=(Dot(0.5, 0.25, "<there>"),), height=500).svg()
    ((low, middle, top),) = drawn(svg, "polyline")
    assert f'cx="{middle[0]:.1f}" cy="{middle[1]:.1f}"' in svg
    assert (low[1], top[1]) == (500 - BOTTOM, TOP)
    assert svg.count("&lt;there&gt;") == 2


def test_an_interval_holds_its_mean_and_its_base_where_they_lie_and_is_told_in_figures() -> None:
    told = interval(0.25, 0.5, 0.75, 0.6, (0.0, 1.0))
    low, high = map(float, re.findall(r'class=span d="M([\d.]+) 11.0H([\d.]+)"', told)[0])
    (mean,) = map(float, re.findall(r'class=mean cx="([\d.]+)"', told))
    (base,) = map(float, re.findall(r'class=base d="M([\d.]+) ', told))
    assert (low + high) / 2 == mean == INTERVAL_WIDTH / 2
    assert low < mean < base < high
    assert "0.500 (0.250 to 0.750)" in told
    beyond = interval(-1.0, 0.5, 2.0, None, (0.4, 0.4))
    assert "class=base" not in beyond
    ends = map(float, re.findall(r"[MH](-?[\d.]+)", beyond))
    assert all(0 <= end <= INTERVAL_WIDTH for end in ends)


def test_names_of_events_stand_below_one_another_and_within_the_frame() -> None:
    events = [(0.1, "first"), (0.1, "second"), (0.9, "third")]
    svg = Chart("t", "x", "y", [Line("a", [(0.0, 0.0), (1.0, 1.0)])], (0.0, 1.0), events=events).svg()
    spots = {name: (y, anchor) for y, anchor, name in re.findall(r'y="([\d.]+)" text-anchor="(\w+)">(\w+)<', svg)}
    assert len({y for y, _ in (spots[name] for _, name in events)}) == 3
    assert [spots[name][1] for _, name in events] == ["start", "start", "end"]


def test_bands_alone_span_the_axis_too() -> None:
    chart = Chart("t", "x", "y", [Line("a", [])], (0.0, 1.0), bands=(Band("b", [(0.0, 0.0, 1.0), (40.0, 0.0, 1.0)]),))
    (points,) = drawn(chart.svg(), "polygon")
    assert max(x for x, _ in points) == WIDTH - RIGHT


def test_nothing_to_draw_is_an_empty_frame_and_words_are_harmless() -> None:
    svg = Chart("<t>", "<x>", "y", [Line("<b>", [])], (0.0, 1.0), marks=(Mark(0.5, "a & b"),)).svg()
    assert "<b>" not in svg
    assert "&lt;x&gt;" in svg
    assert "a &amp; b" in svg
