// The router; the build puts it and all that it imports into one file.

export { fastify } from "fastify";
