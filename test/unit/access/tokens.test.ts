// Tokens, signed by an issuer on a real port.

import assert from "node:assert/strict";
import { SignJWT, UnsecuredJWT } from "jose";
import { createTokens } from "../../../src/access/tokens.js";
import type { TokenOptions, Tokens } from "../../../src/access/tokens.js";
import { audienceName, issuerName, startTokenIssuer } from "../../support/token-issuer.js";
import type { TokenIssuer } from "../../support/token-issuer.js";

const unauthenticated = { reason: "UNAUTHENTICATED" };

describe("tokens", () => {
  let issuer: TokenIssuer;
  let failures: unknown[] = [];
  const opened: Tokens[] = [];
  beforeEach(async () => {
    failures = [];
    issuer = await startTokenIssuer();
  });
  afterEach(async () => {
    for (const tokens of opened.splice(0)) tokens.close();
    await issuer.stop().catch(() => undefined);
  });

  function open(options: Partial<TokenOptions> = {}): Tokens {
    const tokens = createTokens({
      jwksUrl: issuer.url,
      issuer: issuerName,
      audience: audienceName,
      filter: "",
      nowMs: Date.now,
      onFailure: (error) => failures.push(error),
      cooldownMs: 0,
      ...options,
    });
    opened.push(tokens);
    return tokens;
  }

  const nowSeconds = Math.floor(Date.now() / 1000);
  const wrong: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    "of another issuer": { iss: "https://other.test" },
    "for another audience": { aud: "other" },
    "that is expired": { exp: nowSeconds - 60 },
    "that is not valid yet": { nbf: nowSeconds + 600 },
    "without an end": { exp: undefined },
    "without a subject": { sub: undefined },
  };
  for (const [what, claims] of Object.entries(wrong))
    it(`refuses one ${what}`, async () => {
      await assert.rejects(open().verify(await issuer.sign(claims)), unauthenticated);
      assert.deepEqual(failures, []);
    });

  it("refuses those that are signed by nobody, or by what everybody knows", async () => {
    const tokens = open();
    const right = { iss: issuerName, aud: audienceName, sub: "alice", exp: nowSeconds + 3600 };
    const published = await (await fetch(issuer.url)).text();
    const forged = new SignJWT(right).setProtectedHeader({ alg: "HS256", kid: "key-1" });
    const texts = [
      new UnsecuredJWT(right).encode(),
      await forged.sign(new TextEncoder().encode(published)),
      `${await issuer.sign({})}x`,
      "no.token.atall",
    ];
    for (const text of texts) await assert.rejects(tokens.verify(text), unauthenticated);
  });

  it("gives the scopes of scope and scp, and no others", async () => {
    const claims = {
      scope: "openid sluice:read:docs sluice:nonsense sluice:write:Bad",
      scp: ["sluice:admin:logs-*", "sluice:metrics", 5],
    };
    const { name, grants, filter } = await open().verify(await issuer.sign(claims));
    assert.equal(name, "token:alice");
    assert.equal(filter, undefined);
    assert.deepEqual(grants, [
      { scope: "read", pattern: "docs" },
      { scope: "admin", pattern: "logs-*" },
      { scope: "metrics", pattern: "*" },
    ]);
  });

  it("puts claims into its filter as values, whatever is in them", async () => {
    const tokens = open({ filter: "tenant = {org/id} and not draft = true" });
    const claim = 'x" or tenant = "other';
    const scope = "sluice:read:docs sluice:admin:docs";
    const { filter, grants } = await tokens.verify(await issuer.sign({ "org/id": claim, scope }));
    assert.ok(filter?.kind === "all");
    assert.deepEqual(filter.filters[0], {
      kind: "any_of",
      field: "tenant",
      values: [{ kind: "keyword", value: claim }],
    });
    assert.deepEqual(grants, [{ scope: "read", pattern: "docs" }]);
    await assert.rejects(tokens.verify(await issuer.sign({ scope })), unauthenticated);
    await assert.rejects(tokens.verify(await issuer.sign({ "org/id": {} })), unauthenticated);
    assert.throws(() => open({ filter: 'tenant = "{id}"' }), { reason: "INVALID_CONFIG" });
  });

  it("takes a new key of the issuer, and forgets one that was withdrawn", async () => {
    const tokens = open();
    const first = await issuer.sign({});
    await tokens.verify(first);
    await issuer.rotate({ keepsOld: true });
    await tokens.verify(await issuer.sign({}));
    await tokens.verify(first);
    await issuer.rotate({ keepsOld: false });
    await tokens.verify(await issuer.sign({}));
    await assert.rejects(tokens.verify(first), unauthenticated);
  });

  it("goes on with the keys that it has while the issuer is away, and says so", async () => {
    const tokens = open();
    const known = await issuer.sign({});
    await tokens.verify(known);
    const unknown = await issuer.sign({}, { kid: "never-published" });
    await issuer.stop();
    await tokens.verify(known);
    await assert.rejects(tokens.verify(unknown), unauthenticated);
    assert.equal(failures.length, 1);
  });

  it("asks the issuer once for many unknown keys", async () => {
    const tokens = open({ cooldownMs: 60_000 });
    await tokens.verify(await issuer.sign({}));
    const unknown = await issuer.sign({}, { kid: "never-published" });
    for (let i = 0; i < 20; i += 1) await assert.rejects(tokens.verify(unknown), unauthenticated);
    assert.equal(issuer.readCount(), 1);
  });
});
