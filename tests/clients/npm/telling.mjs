// What the programs of this folder share: the question comes as JSON, and every scenario is told as a line of JSON.
//
// A client is a function from a key to its ways of asking: plain, streamed, tool(model, streamed, thinking), schema, image and,
// where it has one, models. What it throws is heard too: the class, the status and the words.

export const asked = JSON.parse(process.argv[2]);

export const question = (client) => asked.question.replace("CLIENT", client);

export const usage = (prompt, cached, out) => ({ prompt, cached, out });

export const heardOfTools = (calls, stop, text, thoughts) => ({ calls, stop, text, thoughts: thoughts || null });

async function told(client, upstream, scenario, ask) {
  let heard;
  try {
    heard = await ask();
  } catch (error) {
    heard = { error: error.constructor.name, status: error.status ?? error.statusCode ?? null, message: error.message };
  }
  console.log(JSON.stringify({ client, upstream, scenario, heard }));
}

export async function tell(client, make) {
  const ways = make(asked.key);
  for (const upstream of asked.upstreams) {
    const say = (scenario, way, ...more) =>
      told(client, upstream, scenario, () => way(`${upstream}-${scenario}`, ...more));
    await say("plain", ways.plain);
    await say("streamed", ways.streamed);
    await say("tool", ways.tool, false);
    await say("tools", ways.tool, false);
    await say("tools-streamed", ways.tool, true);
    await say("thinking", ways.tool, false, true);
    await say("thinking-streamed", ways.tool, true, true);
    await say("schema", ways.schema);
    await say("image", ways.image);
    for (const scenario of asked.failing) await say(scenario, scenario.endsWith("-streamed") ? ways.streamed : ways.plain);
  }
  await told(client, "", "nobody", () => ways.plain("nobody"));
  await told(client, "", "wrong-key", () => make(asked.wrong_key).plain("chat-plain"));
  if (ways.models) await told(client, "", "models", ways.models);
}
