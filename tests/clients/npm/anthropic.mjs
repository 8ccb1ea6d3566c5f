// The npm package `@anthropic-ai/sdk`.

import Anthropic from "@anthropic-ai/sdk";
import { asked, heardOfTools, question, tell, usage } from "./telling.mjs";

const NAME = "anthropic-js";

await tell(NAME, (apiKey) => {
  const client = new Anthropic({ apiKey, authToken: null, baseURL: asked.url, maxRetries: 0 });
  const body = (model, content, more) => ({
    model,
    max_tokens: 500,
    system: asked.system,
    messages: [{ role: "user", content }],
    ...more,
  });
  const hears = ({ content, stop_reason, usage: told }) => ({
    text: content.map((block) => block.text).join(""),
    stop: stop_reason,
    usage: usage(told.input_tokens + told.cache_read_input_tokens, told.cache_read_input_tokens, told.output_tokens),
  });
  return {
    plain: async (model) => hears(await client.messages.create(body(model, question(NAME)))),
    streamed: async (model) => {
      const stream = client.messages.stream(body(model, question(NAME)));
      let pieces = 0;
      stream.on("text", () => (pieces += 1));
      return { ...hears(await stream.finalMessage()), pieces };
    },
    tool: async (model, streamed, thinking) => {
      const { parameters, ...tool } = asked.tool;
      const ask = body(model, question(NAME), { tools: [{ ...tool, input_schema: parameters }] });
      if (thinking) Object.assign(ask, { max_tokens: 4000, thinking: { type: "enabled", budget_tokens: 1024 } });
      const first = streamed ? await client.messages.stream(ask).finalMessage() : await client.messages.create(ask);
      const blocks = first.content.filter((block) => block.type === "tool_use");
      const results = blocks.map((block) => ({
        type: "tool_result",
        tool_use_id: block.id,
        content: asked.results[block.input.city],
      }));
      ask.messages.push({ role: "assistant", content: first.content }, { role: "user", content: results });
      const last = await client.messages.create(ask);
      const calls = blocks.map((block) => [block.name, block.input]);
      const thoughts = first.content.map((block) => block.thinking ?? "").join("");
      return heardOfTools(calls, first.stop_reason, last.content[0].text, thoughts);
    },
    schema: async (model) => {
      const format = { type: "json_schema", schema: asked.schema };
      const answer = await client.messages.create(body(model, question(NAME), { output_config: { format } }));
      return { value: JSON.parse(answer.content[0].text) };
    },
    image: async (model) => {
      const source = { type: "base64", media_type: asked.image.type, data: asked.image.data };
      const content = [
        { type: "text", text: question(NAME) },
        { type: "image", source },
      ];
      return hears(await client.messages.create(body(model, content)));
    },
    models: async () => {
      const ids = [];
      for await (const model of client.models.list()) ids.push(model.id);
      return { ids, one: (await client.models.retrieve("chat-plain")).id };
    },
  };
});
