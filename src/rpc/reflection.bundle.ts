// The standard reflection service; the build puts it and all that it imports into one file.

export { ReflectionService } from "@grpc/reflection";
