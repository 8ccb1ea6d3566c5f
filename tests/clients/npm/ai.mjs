// Vercel's `ai` with the providers of three makers: Responses, which is OpenAI's default there, Chat, Messages, Gemini.

import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogle } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import { generateText, isStepCount, jsonSchema, Output, streamText, tool } from "ai";
import { asked, heardOfTools, question, tell, usage } from "./telling.mjs";

globalThis.AI_SDK_LOG_WARNINGS = false;

const PROVIDERS = {
  "ai-responses": (apiKey) => createOpenAI({ apiKey, baseURL: `${asked.url}/v1` }),
  "ai-chat": (apiKey) => createOpenAI({ apiKey, baseURL: `${asked.url}/v1` }).chat,
  "ai-anthropic": (apiKey) => createAnthropic({ apiKey, baseURL: `${asked.url}/v1` }),
  "ai-google": (apiKey) => createGoogle({ apiKey, baseURL: `${asked.url}/v1beta` }),
};

// What makes each think.
const THINKING = {
  "ai-responses": { openai: { forceReasoning: true, reasoningEffort: "low", reasoningSummary: "auto", store: false } },
  "ai-chat": { openai: { forceReasoning: true, reasoningEffort: "low" } },
  "ai-anthropic": { anthropic: { thinking: { type: "enabled", budgetTokens: 1024 } } },
  "ai-google": { google: { thinkingConfig: { includeThoughts: true, thinkingBudget: 1024 } } },
};

const hears = async (answer) => {
  const told = await answer.usage;
  return {
    text: await answer.text,
    stop: await answer.finishReason,
    usage: usage(told.inputTokens, told.inputTokenDetails.cacheReadTokens, told.outputTokens),
  };
};

for (const [name, provider] of Object.entries(PROVIDERS)) {
  await tell(name, (key) => {
    const create = provider(key);
    const ask = (model, more) => ({
      model: create(model),
      instructions: asked.system,
      prompt: question(name),
      maxRetries: 0,
      ...more,
    });
    // What fails before the first word is told as an event of the stream.
    const streaming = (options) => {
      let failed;
      const answer = streamText({ ...options, onError: ({ error }) => (failed = error) });
      return {
        answer,
        async pieces() {
          let count = 0;
          for await (const _ of answer.textStream) count += 1;
          if (failed) throw failed;
          return count;
        },
      };
    };
    return {
      plain: async (model) => hears(await generateText(ask(model))),
      streamed: async (model) => {
        const { answer, pieces } = streaming(ask(model));
        return { pieces: await pieces(), ...(await hears(answer)) };
      },
      tool: async (model, streamed, thinking) => {
        const weather = tool({
          description: asked.tool.description,
          inputSchema: jsonSchema(asked.tool.parameters),
          execute: ({ city }) => asked.results[city],
        });
        const options = ask(model, { tools: { weather }, stopWhen: isStepCount(2), ...(thinking && { providerOptions: THINKING[name] }) });
        let answer;
        if (streamed) {
          const stream = streaming(options);
          await stream.pieces();
          answer = stream.answer;
        } else {
          answer = await generateText(options);
        }
        const [first] = await answer.steps;
        const calls = first.toolCalls.map(({ toolName, input }) => [toolName, input]);
        return heardOfTools(calls, first.finishReason, await answer.text, first.reasoningText);
      },
      schema: async (model) => {
        const output = Output.object({ schema: jsonSchema(asked.schema) });
        return { value: (await generateText(ask(model, { output }))).output };
      },
      image: async (model) => {
        const content = [
          { type: "text", text: question(name) },
          { type: "image", image: asked.image.data, mediaType: asked.image.type },
        ];
        return hears(await generateText(ask(model, { prompt: undefined, messages: [{ role: "user", content }] })));
      },
    };
  });
}
