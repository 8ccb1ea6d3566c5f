"""URLs that hold what they name, and URLs that point to it."""

from understudy.canon.parts import Inline, Remote
from understudy.dialects.media import source_of, url_of


def test_T43_a_data_url_is_inline_and_comes_back_as_it_was() -> None:
    url = "data:image/png;base64,aGk="
    assert source_of(url) == Inline("image/png", "aGk=")
    assert url_of(source_of(url)) == url


def test_any_other_url_points_elsewhere() -> None:
    for url in ("https://a.example/b.png", "data:text/plain,hi", ""):
        assert source_of(url) == Remote(url)
        assert url_of(source_of(url)) == url
