// The standard health service; the build puts it and all that it imports into one file. Importing it
// parses its definition.

export { HealthImplementation, service } from "grpc-health-check";
