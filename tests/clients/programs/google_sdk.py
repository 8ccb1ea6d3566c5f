"""Google's Python SDK."""

import base64
import json
from typing import Any

from google import genai
from google.genai import types

from tests.clients.programs.telling import ASKED, heard_of_tools, question, result, tell, usage

NAME = "google"


class Models:
    """generateContent; satisfies telling.Ways."""

    def __init__(self, key: str) -> None:
        options = types.HttpOptions(base_url=ASKED["url"], retry_options=types.HttpRetryOptions(attempts=1))
        self._client = genai.Client(api_key=key, http_options=options)
        self._models: Any = self._client.models

    def _body(self, model: str, contents: Any = None, **more: Any) -> dict[str, Any]:
        config = types.GenerateContentConfig(system_instruction=ASKED["system"], **more)
        return {"model": model, "contents": contents or question(NAME), "config": config}

    def plain(self, model: str) -> Any:
        return _heard([self._models.generate_content(**self._body(model))])

    def streamed(self, model: str) -> Any:
        answers = list(self._models.generate_content_stream(**self._body(model)))
        return {**_heard(answers), "pieces": sum(bool(answer.text) for answer in answers)}

    def tool(self, model: str, *, streamed: bool, thinking: bool = False) -> Any:
        tool = ASKED["tool"]
        function = types.FunctionDeclaration(
            name=tool["name"], description=tool["description"], parameters_json_schema=tool["parameters"]
        )
        contents = [types.Content(role="user", parts=[types.Part(text=question(NAME))])]
        body = self._body(
            model,
            contents,
            tools=[types.Tool(function_declarations=[function])],
            automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
            thinking_config=types.ThinkingConfig(include_thoughts=True, thinking_budget=1024) if thinking else None,
        )
        if streamed:
            answers = list(self._models.generate_content_stream(**body))
        else:
            answers = [self._models.generate_content(**body)]
        said = [part for answer in answers for part in answer.candidates[0].content.parts]
        calls = [part.function_call for part in said if part.function_call]
        results = [
            types.FunctionResponse(id=call.id, name=call.name, response={"output": result(call.args)}) for call in calls
        ]
        contents.append(types.Content(role="model", parts=said))
        contents.append(types.Content(role="user", parts=[types.Part(function_response=one) for one in results]))
        last = self._models.generate_content(**body)
        stop = answers[-1].candidates[0].finish_reason.value
        thoughts = "".join(part.text for part in said if part.thought)
        return heard_of_tools([[call.name, call.args] for call in calls], stop, last.text, thoughts)

    def schema(self, model: str) -> Any:
        form = {"response_mime_type": "application/json", "response_json_schema": ASKED["schema"]}
        return {"value": json.loads(self._models.generate_content(**self._body(model, **form)).text)}

    def image(self, model: str) -> Any:
        data = base64.b64decode(ASKED["image"]["data"])
        picture = types.Part.from_bytes(data=data, mime_type=ASKED["image"]["type"])
        parts = [types.Part(text=question(NAME)), picture]
        return _heard([self._models.generate_content(**self._body(model, [types.Content(role="user", parts=parts)]))])

    def models(self) -> Any:
        ids = [model.name.removeprefix("models/") for model in self._models.list()]
        return {"ids": ids, "one": self._models.get(model="chat-plain").name.removeprefix("models/")}


def _heard(answers: list[Any]) -> dict[str, Any]:
    told = answers[-1].usage_metadata
    tokens = usage(told.prompt_token_count, told.cached_content_token_count, told.candidates_token_count)
    text = "".join(answer.text or "" for answer in answers)
    return {"text": text, "stop": answers[-1].candidates[0].finish_reason.value, "usage": tokens}


tell(NAME, Models)
