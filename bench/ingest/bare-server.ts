// A gRPC server that only decodes ingest messages, counts their documents and acknowledges them:
// the upper bound of a stream. Prints its port.

import { Server, ServerCredentials } from "@grpc/grpc-js";
import type { ServerDuplexStream } from "@grpc/grpc-js";
import { definitions } from "../../src/wire/definitions.js";
import type { IngestRequest__Output } from "../../src/gen/proto/sluice/v1/IngestRequest.js";
import type { IngestResponse } from "../../src/gen/proto/sluice/v1/IngestResponse.js";

type Call = ServerDuplexStream<IngestRequest__Output, IngestResponse>;

const server = new Server({ "grpc.max_receive_message_length": -1 });
server.addService(
  { Ingest: definitions().documents.Ingest },
  {
    Ingest: (call: Call) => {
      let count = 0;
      call.on("data", (message: IngestRequest__Output) => {
        count += message.items.length;
        call.write({ answered_through: count });
      });
      call.on("end", () => call.end());
    },
  },
);
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  console.log(port);
});
