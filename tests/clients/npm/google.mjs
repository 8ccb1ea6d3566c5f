// The npm package `@google/genai`.

import { GoogleGenAI } from "@google/genai";
import { asked, heardOfTools, question, tell, usage } from "./telling.mjs";

const NAME = "google-js";

await tell(NAME, (apiKey) => {
  const client = new GoogleGenAI({ apiKey, httpOptions: { baseUrl: asked.url } });
  const body = (model, contents, more) => ({
    model,
    contents,
    config: { systemInstruction: asked.system, ...more },
  });
  const hears = (answers) => {
    const told = answers.at(-1).usageMetadata;
    return {
      text: answers.map((answer) => answer.text ?? "").join(""),
      stop: answers.at(-1).candidates[0].finishReason,
      usage: usage(told.promptTokenCount, told.cachedContentTokenCount, told.candidatesTokenCount),
    };
  };
  const whole = async (ask) => [await client.models.generateContent(ask)];
  const streamed = async (ask) => {
    const answers = [];
    for await (const answer of await client.models.generateContentStream(ask)) answers.push(answer);
    return answers;
  };
  return {
    plain: async (model) => hears(await whole(body(model, question(NAME)))),
    streamed: async (model) => {
      const answers = await streamed(body(model, question(NAME)));
      return { ...hears(answers), pieces: answers.filter((answer) => answer.text).length };
    },
    tool: async (model, inPieces, thinking) => {
      const { parameters, ...tool } = asked.tool;
      const tools = [{ functionDeclarations: [{ ...tool, parametersJsonSchema: parameters }] }];
      const contents = [{ role: "user", parts: [{ text: question(NAME) }] }];
      const thinkingConfig = thinking ? { includeThoughts: true, thinkingBudget: 1024 } : undefined;
      const ask = body(model, contents, { tools, thinkingConfig });
      const answers = await (inPieces ? streamed : whole)(ask);
      const said = answers.flatMap((answer) => answer.candidates[0].content.parts);
      const parts = said.filter((part) => part.functionCall);
      const results = parts.map(({ functionCall: { id, name, args } }) => ({
        functionResponse: { id, name, response: { output: asked.results[args.city] } },
      }));
      contents.push({ role: "model", parts: said }, { role: "user", parts: results });
      const [last] = await whole(ask);
      const calls = parts.map(({ functionCall }) => [functionCall.name, functionCall.args]);
      const thoughts = said.map((part) => (part.thought ? part.text : "")).join("");
      return heardOfTools(calls, answers.at(-1).candidates[0].finishReason, last.text, thoughts);
    },
    schema: async (model) => {
      const form = { responseMimeType: "application/json", responseJsonSchema: asked.schema };
      return { value: JSON.parse((await whole(body(model, question(NAME), form)))[0].text) };
    },
    image: async (model) => {
      const inlineData = { mimeType: asked.image.type, data: asked.image.data };
      return hears(await whole(body(model, [{ role: "user", parts: [{ text: question(NAME) }, { inlineData }] }])));
    },
    models: async () => {
      const ids = [];
      for await (const model of await client.models.list()) ids.push(model.name.replace("models/", ""));
      return { ids, one: (await client.models.get({ model: "chat-plain" })).name.replace("models/", "") };
    },
  };
});
