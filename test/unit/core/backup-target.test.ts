// Addresses of backups, and what is refused as one.

import assert from "node:assert/strict";

import { parseBackupTarget } from "../../../src/core/backup-target.js";

describe("parseBackupTarget", () => {
  const parse = (target: string, endpoint = "", region = "") =>
    parseBackupTarget({ target, endpoint, region });

  it("reads bucket and prefix, with and without a slash at the end", () => {
    assert.deepEqual(parse("s3://bucket/of/one-server"), {
      bucket: "bucket",
      prefix: "of/one-server/",
      endpoint: undefined,
      region: undefined,
    });
    assert.equal(parse("s3://bucket/prefix/")?.prefix, "prefix/");
    assert.equal(parse("s3://bucket")?.prefix, "");
    assert.equal(parse("s3://bucket/")?.prefix, "");
  });

  it("signs for us-east-1 at an address of its own, unless a region is named", () => {
    assert.equal(parse("s3://bucket", "http://127.0.0.1:9000")?.region, "us-east-1");
    assert.equal(parse("s3://bucket", "http://127.0.0.1:9000", "eu-1")?.region, "eu-1");
    assert.equal(parse("s3://bucket", "", "eu-1")?.region, "eu-1");
  });

  it("knows none for an empty address", () => {
    assert.equal(parse(""), undefined);
  });

  for (const target of [
    "bucket/prefix",
    "s3://",
    "s3:///prefix",
    "s3://UPPER/prefix",
    "s3://user:password@bucket/prefix",
    "s3://bucket/a//b",
    "s3://bucket/../other",
    "s3://bucket/a b",
    "https://bucket.example",
  ])
    it(`refuses ${target}`, () => {
      assert.throws(() => parse(target), { reason: "INVALID_CONFIG", field: "backup.target" });
    });

  for (const endpoint of ["minio:9000", "ftp://minio", "http://user:secret@minio", "http://m?q=1"])
    it(`refuses ${endpoint} as an address`, () => {
      assert.throws(() => parse("s3://bucket", endpoint), { field: "backup.endpoint" });
    });

  it("refuses an address without a bucket", () => {
    assert.throws(() => parse("", "http://127.0.0.1:9000"), { field: "backup.target" });
  });
});
