// What is used of gRPC; the build puts it and all that it imports into one file.

export {
  Client,
  credentials,
  Metadata,
  Server,
  ServerCredentials,
  ServerInterceptingCall,
  ServerListenerBuilder,
  setLogger,
  status,
} from "@grpc/grpc-js";
export { loadSync } from "@grpc/proto-loader";
