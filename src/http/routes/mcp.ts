// The Model Context Protocol (https://modelcontextprotocol.io) over streamable HTTP, for agents.

import { z } from "zod";
import { limits } from "../../core/limits.js";
import { engineSource } from "../../mcp/engine-source.js";
import { route } from "../route.js";
import type { HttpRoute } from "../route.js";

const message = z.looseObject({ jsonrpc: z.literal("2.0") });

export const mcpRoutes: readonly HttpRoute[] = [
  route({
    tag: "Agents",
    method: "POST",
    path: "/mcp",
    requirement: "read",
    rpcs: [],
    about:
      "One message of the Model Context Protocol, for agents; docs/guides/agents.md has the tools.",
    body: {
      schema: message,
      limits: { bytesMax: limits.mcpMessageBytesMax, valuesMax: limits.bodyValuesMax },
    },
    answer: { status: 200, json: message },
    async handle({ body, engine, turn, signal, logger, request, services }) {
      // Loaded by the first message: servers without agents need neither its time nor its memory.
      const { answerMcp } = await import("../../mcp/exchange.js");
      const source = engineSource(engine, turn);
      const parts = { ...services.mcp, source, owner: turn.peer ?? "", logger };
      return answerMcp(parts, { headers: request.headers, message: body, signal });
    },
  }),
];
