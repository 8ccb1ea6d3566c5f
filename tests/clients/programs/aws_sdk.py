"""AWS's Python SDK, by Bedrock's Converse."""

import base64
import json
from typing import Any

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.clients.programs.telling import ASKED, heard_of_tools, question, result, tell, usage

NAME = "aws"


class Converse:
    """Converse; satisfies telling.Ways."""

    def __init__(self, key: str) -> None:
        config = Config(retries={"total_max_attempts": 1}, signature_version=UNSIGNED)
        self._client: Any = boto3.client(
            "bedrock-runtime", endpoint_url=ASKED["url"], region_name="us-east-1", config=config
        )

        def sign(request: Any, **_: Any) -> None:
            request.headers["Authorization"] = f"Bearer {key}"

        # What `AWS_BEARER_TOKEN_BEDROCK` does, which it refuses to do without TLS.
        self._client.meta.events.register("before-send.bedrock-runtime", sign)

    def _body(self, model: str, content: Any = None, **more: Any) -> dict[str, Any]:
        messages = [{"role": "user", "content": content or [{"text": question(NAME)}]}]
        return {"modelId": model, "system": [{"text": ASKED["system"]}], "messages": messages, **more}

    def _told(self, body: dict[str, Any], *, streamed: bool = False) -> tuple[list[Any], str, Any, int]:
        """The content, why the model stopped, the usage, and in how many pieces its words came."""
        try:
            if streamed:
                return _joined(self._client.converse_stream(**body)["stream"])
            answer = self._client.converse(**body)
        except ClientError as error:
            # Its classes are made at run time and their numbers stand in what they hold.
            error.status_code = error.response["ResponseMetadata"]["HTTPStatusCode"]
            raise
        return answer["output"]["message"]["content"], answer["stopReason"], answer["usage"], 1

    def plain(self, model: str) -> Any:
        content, stop, told, _ = self._told(self._body(model))
        return _heard(content, stop, told)

    def streamed(self, model: str) -> Any:
        content, stop, told, pieces = self._told(self._body(model), streamed=True)
        return {**_heard(content, stop, told), "pieces": pieces}

    def tool(self, model: str, *, streamed: bool, thinking: bool = False) -> Any:
        tool = ASKED["tool"]
        spec = {
            "name": tool["name"],
            "description": tool["description"],
            "inputSchema": {"json": tool["parameters"]},
        }
        body = self._body(model, toolConfig={"tools": [{"toolSpec": spec}]})
        if thinking:
            budget = {"type": "enabled", "budget_tokens": 1024}
            body["additionalModelRequestFields"] = {"reasoning_config": budget}
            body["inferenceConfig"] = {"maxTokens": 4000}
        content, stop, _, _ = self._told(body, streamed=streamed)
        uses = [piece["toolUse"] for piece in content if "toolUse" in piece]
        results = [
            {"toolResult": {"toolUseId": use["toolUseId"], "content": [{"text": result(use["input"])}]}} for use in uses
        ]
        body["messages"] += [{"role": "assistant", "content": content}, {"role": "user", "content": results}]
        last, _, _, _ = self._told(body)
        calls = [[use["name"], use["input"]] for use in uses]
        reasons = [piece["reasoningContent"] for piece in content if "reasoningContent" in piece]
        thoughts = "".join(reason["reasoningText"]["text"] for reason in reasons if "reasoningText" in reason)
        return heard_of_tools(calls, stop, last[0]["text"], thoughts)

    def schema(self, model: str) -> Any:
        form = {"name": "trip", "schema": json.dumps(ASKED["schema"])}
        output = {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": form}}}
        content, _, _, _ = self._told(self._body(model, outputConfig=output))
        return {"value": json.loads(content[0]["text"])}

    def image(self, model: str) -> Any:
        picture = {"format": "png", "source": {"bytes": base64.b64decode(ASKED["image"]["data"])}}
        content, stop, told, _ = self._told(self._body(model, [{"text": question(NAME)}, {"image": picture}]))
        return _heard(content, stop, told)


def _joined(stream: Any) -> tuple[list[Any], str, Any, int]:
    pieces: dict[int, Any] = {}
    stop, told, count = "", {}, 0
    for event in stream:
        if start := event.get("contentBlockStart"):
            pieces[start["contentBlockIndex"]] = {"toolUse": {**start["start"]["toolUse"], "input": ""}}
        elif block := event.get("contentBlockDelta"):
            delta = block["delta"]
            if "text" in delta:
                pieces.setdefault(block["contentBlockIndex"], {"text": ""})["text"] += delta["text"]
                count += 1
            elif "reasoningContent" in delta:
                empty: Any = {"reasoningContent": {"reasoningText": {"text": ""}}}
                said = pieces.setdefault(block["contentBlockIndex"], empty)["reasoningContent"]["reasoningText"]
                said["text"] += delta["reasoningContent"].get("text", "")
                if "signature" in delta["reasoningContent"]:
                    said["signature"] = delta["reasoningContent"]["signature"]
            else:
                pieces[block["contentBlockIndex"]]["toolUse"]["input"] += delta["toolUse"]["input"]
        elif "messageStop" in event:
            stop = event["messageStop"]["stopReason"]
        elif "metadata" in event:
            told = event["metadata"]["usage"]
    for piece in pieces.values():
        if "toolUse" in piece:
            piece["toolUse"]["input"] = json.loads(piece["toolUse"]["input"])
    return list(pieces.values()), stop, told, count


def _heard(content: list[Any], stop: str, told: Any) -> dict[str, Any]:
    cached = told.get("cacheReadInputTokens")
    tokens = usage(told["inputTokens"] + (cached or 0), cached, told["outputTokens"])
    return {"text": "".join(piece["text"] for piece in content), "stop": stop, "usage": tokens}


tell(NAME, Converse)
