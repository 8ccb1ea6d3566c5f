// The npm package `openai`, by Chat Completions and by Responses.

import OpenAI from "openai";
import { asked, heardOfTools, question, tell, usage } from "./telling.mjs";

const connect = (apiKey) => new OpenAI({ apiKey, baseURL: `${asked.url}/v1`, maxRetries: 0 });

const models = (client) => async () => {
  const ids = [];
  for await (const model of client.models.list()) ids.push(model.id);
  return { ids, one: (await client.models.retrieve("chat-plain")).id };
};

await tell("openai-js-chat", (key) => {
  const client = connect(key);
  const messages = (content) => [
    { role: "system", content: asked.system },
    { role: "user", content },
  ];
  const hears = (answer) => ({
    text: answer.choices[0].message.content,
    stop: answer.choices[0].finish_reason,
    usage: usage(
      answer.usage.prompt_tokens,
      answer.usage.prompt_tokens_details.cached_tokens,
      answer.usage.completion_tokens,
    ),
  });
  const create = (model, content, more) =>
    client.chat.completions.create({ model, messages: messages(content), ...more });
  const tools = [{ type: "function", function: asked.tool }];
  return {
    plain: async (model) => hears(await create(model, question("openai-js-chat"))),
    streamed: async (model) => {
      const stream = client.chat.completions.stream({
        model,
        messages: messages(question("openai-js-chat")),
        stream_options: { include_usage: true },
      });
      let pieces = 0;
      stream.on("content", () => (pieces += 1));
      return { ...hears(await stream.finalChatCompletion()), pieces };
    },
    tool: async (model, streamed, thinking) => {
      const history = messages(question("openai-js-chat"));
      const ask = { model, messages: history, tools, ...(thinking && { reasoning_effort: "low" }) };
      let thoughts = "";
      let first;
      if (streamed) {
        const stream = client.chat.completions.stream(ask);
        // A field that this dialect's own maker does not have: the client keeps only its last piece.
        stream.on("chunk", ({ choices }) => (thoughts += choices[0]?.delta.reasoning_content ?? ""));
        first = await stream.finalChatCompletion();
      } else {
        first = await client.chat.completions.create(ask);
        thoughts = first.choices[0].message.reasoning_content;
      }
      const message = first.choices[0].message;
      const calls = message.tool_calls.map((call) => [call.function.name, JSON.parse(call.function.arguments)]);
      history.push(message);
      message.tool_calls.forEach((call, place) =>
        history.push({ role: "tool", tool_call_id: call.id, content: asked.results[calls[place][1].city] }),
      );
      const last = await client.chat.completions.create(ask);
      return heardOfTools(calls, first.choices[0].finish_reason, last.choices[0].message.content, thoughts);
    },
    schema: async (model) => {
      const format = { type: "json_schema", json_schema: { name: "trip", strict: true, schema: asked.schema } };
      const answer = await client.chat.completions.parse({
        model,
        messages: messages(question("openai-js-chat")),
        response_format: format,
      });
      return { value: JSON.parse(answer.choices[0].message.content) };
    },
    image: async (model) => {
      const picture = { type: "image_url", image_url: { url: asked.image.url } };
      return hears(await create(model, [{ type: "text", text: question("openai-js-chat") }, picture]));
    },
    models: models(client),
  };
});

await tell("openai-js-responses", (key) => {
  const client = connect(key);
  const hears = (answer) => ({
    text: answer.output_text,
    stop: answer.status,
    usage: usage(
      answer.usage.input_tokens,
      answer.usage.input_tokens_details.cached_tokens,
      answer.usage.output_tokens,
    ),
  });
  const create = (model, input, more) =>
    client.responses.create({ model, instructions: asked.system, input, store: false, ...more });
  return {
    plain: async (model) => hears(await create(model, question("openai-js-responses"))),
    streamed: async (model) => {
      const stream = client.responses.stream({
        model,
        instructions: asked.system,
        input: question("openai-js-responses"),
        store: false,
      });
      let pieces = 0;
      stream.on("response.output_text.delta", () => (pieces += 1));
      return { ...hears(await stream.finalResponse()), pieces };
    },
    tool: async (model, streamed, thinking) => {
      const tools = [{ type: "function", ...asked.tool, strict: true }];
      const input = [{ role: "user", content: question("openai-js-responses") }];
      const reasoning = { reasoning: { effort: "low", summary: "auto" }, include: ["reasoning.encrypted_content"] };
      const ask = { model, instructions: asked.system, input, tools, store: false, ...(thinking && reasoning) };
      const first = streamed
        ? await client.responses.stream(ask).finalResponse()
        : await client.responses.create(ask);
      const items = first.output.filter((item) => item.type === "function_call");
      const calls = items.map((item) => [item.name, JSON.parse(item.arguments)]);
      input.push(...first.output);
      items.forEach((item, place) =>
        input.push({
          type: "function_call_output",
          call_id: item.call_id,
          output: asked.results[calls[place][1].city],
        }),
      );
      const last = await client.responses.create(ask);
      const thoughts = first.output.flatMap((item) => (item.type === "reasoning" ? item.summary : []));
      return heardOfTools(calls, first.status, last.output_text, thoughts.map((piece) => piece.text).join(""));
    },
    schema: async (model) => {
      const format = { type: "json_schema", name: "trip", strict: true, schema: asked.schema };
      const ask = { model, instructions: asked.system, input: question("openai-js-responses"), text: { format } };
      return { value: JSON.parse((await client.responses.parse(ask)).output_text) };
    },
    image: async (model) => {
      const content = [
        { type: "input_text", text: question("openai-js-responses") },
        { type: "input_image", image_url: asked.image.url, detail: "auto" },
      ];
      return hears(await create(model, [{ role: "user", content }]));
    },
    models: models(client),
  };
});
