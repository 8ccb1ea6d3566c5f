"""Signatures, against those of AWS's own library."""

from datetime import UTC, datetime

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as AwsCredentials

from understudy.canon.faults import Fault
from understudy.providers.sigv4 import Credentials, credentials_of, region_of, signed

URL = "https://bedrock-runtime.eu-west-1.amazonaws.com/model/us.claude-v1%3A0/converse"


@pytest.mark.parametrize("token", [None, "session/+="])
@pytest.mark.parametrize("url", [URL, URL + "-stream?a=1", "https://bedrock-runtime.us-east-1.amazonaws.com/"])
def test_it_signs_as_awss_own_library_does(url: str, token: str | None) -> None:
    request = AWSRequest("POST", url, headers={"content-type": "application/json"}, data=b'{"a":"\xc3\xa9"}')
    SigV4Auth(AwsCredentials("AKID", "se/cret", token), "bedrock", region_of(url)).add_auth(request)
    now = datetime.strptime(request.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    credentials = Credentials("AKID", "se/cret", token)
    ours = signed(url, {"content-type": "application/json"}, b'{"a":"\xc3\xa9"}', credentials, now)
    assert ours["authorization"] == request.headers["Authorization"]
    assert ours["x-amz-date"] == request.headers["X-Amz-Date"]
    assert ours.get("x-amz-security-token") == token


def test_a_secret_holds_two_or_three_things() -> None:
    assert credentials_of("id:secret") == Credentials("id", "secret")
    assert credentials_of("id:secret:to:ken") == Credentials("id", "secret", "to:ken")


@pytest.mark.parametrize("secret", ["", "id", "id:", ":secret", "id:secret:"])
def test_a_secret_of_another_form_is_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(Fault, match="ACCESS_KEY_ID:SECRET_ACCESS_KEY") as caught:
        credentials_of(secret)
    assert "id:" not in caught.value.message


def test_the_region_stands_in_the_hosts_name() -> None:
    assert region_of("bedrock-runtime.us-gov-west-1.amazonaws.com") == "us-gov-west-1"
    assert region_of("127.0.0.1:4000") == "us-east-1"
