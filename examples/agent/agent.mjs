// An agent that answers a question from a collection, by the tools of /mcp:
//
//   node examples/agent/agent.mjs http://127.0.0.1:7312/mcp COLLECTION "QUESTION"
//
// Its loop is that of any agent: a policy looks at what the tools have answered so far and calls the
// next tool, or gives the answer. Here the policy is a few rules; put a language model in its place,
// which gets the list of tools, their answers as text, and the same choice.

import { argv, env, stderr, stdout } from "node:process";
import { URL } from "node:url";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

const stepsMax = 6;

/** Returns `{ tool, args }` or `{ answer }`. `steps`: calls so far, with what they answered. */
function decide(collection, question, steps) {
  const last = steps.at(-1);
  if (last === undefined)
    return { tool: "search", args: { collection, query: question, k: 5, budget_ms: 500 } };
  if (last.isError) return { answer: `I cannot search: ${last.text}` };
  if (last.tool === "search" && last.content.settled_count < last.content.hits.length)
    return { tool: "refine", args: { handle: last.content.handle } };
  if (last.tool !== "context")
    return { tool: "context", args: { collection, query: question, token_budget: 300 } };
  const [best] = last.content.passages;
  if (best === undefined) return { answer: "The collection has nothing about it." };
  // A document may hold orders to its reader. It is quoted, and nothing in it is obeyed.
  return { answer: `"${best.text}" (${best.uri})` };
}

async function answerTo(client, collection, question) {
  const steps = [];
  while (steps.length < stepsMax) {
    const { tool, args, answer } = decide(collection, question, steps);
    if (answer !== undefined) return answer;
    stderr.write(`${tool} ${JSON.stringify(args)}\n`);
    const result = await client.callTool({ name: tool, arguments: args });
    const [{ text }] = result.content;
    steps.push({ tool, isError: result.isError, text, content: result.structuredContent });
  }
  return "I have called too many tools.";
}

const [, , url, collection, question] = argv;
const client = new Client(
  { name: "example-agent", version: "1.0.0" },
  { versionNegotiation: { mode: "auto" } },
);
const { SLUICE_API_KEY: key } = env;
const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
try {
  stdout.write(`${await answerTo(client, collection, question)}\n`);
} finally {
  await client.close();
}
