"""The model that a path of Azure's names, in a body that may name another or none."""

import pytest

from understudy.dialects.openai_deployments import deployed, deployment


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        (b'{"messages":[]}', b'{"messages":[],"model":"a/b"}'),
        (b'{"model":"x","n":1}', b'{"model":"a/b","n":1}'),
        (b"[]", b"[]"),
        (b"{", b"{"),
    ],
)
def test_the_path_names_the_model(body: bytes, sent: bytes) -> None:
    for path in ("/openai/deployments/a/b/chat", "/openai/deployments/a%2Fb/chat?api-version=2024-10-21"):
        assert deployed(body, path, "/chat") == sent
    assert deployed(body, "/v1/chat", "/chat") == body
    assert deployment("/chat") == "/openai/deployments/{model}/chat"
