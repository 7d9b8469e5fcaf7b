// Faults of certificates, keys and authorities: each is told with its option and its file.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

import { isSluiceError } from "../../../src/core/errors.js";
import { readTlsFiles } from "../../../src/net/tls-files.js";
import type { TlsFiles } from "../../../src/net/tls-files.js";
import { openTls } from "../../../src/net/tls.js";
import { useCertificates } from "../../support/certificates.js";

const dayMs = 86_400_000;

describe("readTlsFiles", () => {
  const made = useCertificates(({ make }) => {
    make("ca", { isAuthority: true });
    make("between", { isAuthority: true, authority: "ca" });
    make("server", { authority: "between" });
    make("other", { authority: "ca" });
    make("rsa", { authority: "ca", keyType: "rsa" });
  });

  const text = (...names: string[]): string =>
    names.map((name) => readFileSync(made.file(name), "latin1")).join("");
  const write = (name: string, content: string): string => {
    writeFileSync(made.file(name), content);
    return made.file(name);
  };
  const read = (changes: Partial<TlsFiles>, nowMs = Date.now()) =>
    readTlsFiles({ ...made.tlsFiles("server"), ...changes }, nowMs);

  function assertRefused(changes: Partial<TlsFiles>, field: string, message: RegExp): void {
    assert.throws(
      () => read(changes),
      (error) => {
        assert.ok(isSluiceError(error));
        assert.equal(error.reason, "INVALID_CONFIG");
        assert.equal(error.field, field);
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /BEGIN|MII/);
        return true;
      },
    );
  }

  it("takes a certificate with its chain, and keys of both kinds", () => {
    const chain = write("chain.crt", text("server.crt", "between.crt"));
    assert.deepEqual(read({ certificateFile: chain }).warnings, [
      `tls.cert (${chain}) expires at ${new Date(read({}).notAfterMs).toISOString()}`,
    ]);
    assert.ok(readTlsFiles(made.tlsFiles("rsa", "ca"), Date.now()).notAfterMs > Date.now());
  });

  it("refuses a key that fits another certificate, of either kind", () => {
    for (const name of ["other", "rsa"])
      assertRefused({ keyFile: made.file(`${name}.key`) }, "tls.key", /does not fit/);
    assertRefused({ keyFile: made.file("rsa.key") }, "tls.key", /an rsa key, an ec certificate/);
  });

  it("refuses a chain that does not begin with the server's certificate", () => {
    const turned = write("turned.crt", text("between.crt", "server.crt"));
    assertRefused({ certificateFile: turned }, "tls.cert", /key fits certificate 2/);
  });

  it("warns of a chain whose later certificates are out of order", () => {
    const loose = write("loose.crt", text("server.crt", "ca.crt", "between.crt"));
    assert.match(read({ certificateFile: loose }).warnings.join(), /1 is not issued by .* 2/);
  });

  it("refuses keys with a passphrase, in both forms, and says how to take it off", () => {
    made.openssl([
      ..."pkcs8 -topk8 -in server.key -out locked8.key -passout pass:x -v2 aes-256-cbc".split(" "),
    ]);
    made.openssl(
      "rsa -aes128 -traditional -in rsa.key -out locked1.key -passout pass:x".split(" "),
    );
    for (const name of ["locked8.key", "locked1.key"])
      assertRefused({ keyFile: made.file(name) }, "tls.key", /passphrase.*openssl pkey/);
  });

  it("refuses what is no file, empty, missing, too large or no PEM, whichever option has it", () => {
    mkdirSync(made.file("folder"));
    write("empty", " \n");
    write("garbage", "garbage\0\xff");
    write("large", "x".repeat(1024 * 1024 + 1));
    const wrong: readonly [string, RegExp][] = [
      ["folder", /not a file/],
      ["empty", /is empty/],
      ["missing", /cannot be read: ENOENT/],
      ["garbage", /in PEM/],
      ["large", /the limit is/],
    ];
    for (const [name, message] of wrong) {
      const file = made.file(name);
      assertRefused({ certificateFile: file }, "tls.cert", message);
      assertRefused({ keyFile: file }, "tls.key", message);
      assertRefused({ clientAuthorityFile: file }, "tls.clientCa", message);
    }
    assertRefused({ certificateFile: "/dev/zero" }, "tls.cert", /not a file/);
  });

  it("refuses authorities of which one is cut off or broken", () => {
    const whole = text("ca.crt");
    const cut = write("cut.crt", whole + whole.slice(0, whole.length / 2));
    assertRefused({ clientAuthorityFile: cut }, "tls.clientCa", /2 certificates, of which 1/);
    const broken = write("broken.crt", whole + whole.replace(/MII..../, "AAAAAAA"));
    assertRefused({ clientAuthorityFile: broken }, "tls.clientCa", /certificate 2 of 2/);
  });

  it("says when certificate and key are the wrong way round", () => {
    assertRefused({ certificateFile: made.file("server.key") }, "tls.cert", /holds a private key/);
    assertRefused({ keyFile: made.file("server.crt") }, "tls.key", /holds a certificate/);
  });

  it("refuses a key that is too short to protect anything", () => {
    made.openssl([
      ..."req -x509 -newkey rsa:512 -nodes -subj /CN=short -days 2".split(" "),
      ...["-keyout", "short.key", "-out", "short.crt"],
    ]);
    assertRefused(made.tlsFiles("short"), "tls.cert", /OpenSSL: .*too small/);
  });

  it("takes what is expired or not valid yet, with a warning", () => {
    const { notBeforeMs, notAfterMs } = read({});
    assert.match(read({}, notAfterMs + dayMs).warnings.join(), /expired since.*refuse/);
    assert.match(read({}, notBeforeMs - dayMs).warnings.join(), /not valid before.*refuse/);
  });
});

describe("a reload of TLS files", () => {
  const made = useCertificates(({ make }) => {
    for (const name of ["first", "second"]) make(name);
    make("long", { days: 30 });
  });

  it("keeps what is in use when the new files are broken, do not fit or are not valid now", () => {
    let nowMs = Date.now();
    const copy = (kind: string, name: string): void =>
      writeFileSync(made.file(`used.${kind}`), readFileSync(made.file(`${name}.${kind}`)));
    for (const kind of ["crt", "key"]) copy(kind, "first");
    const tls = openTls(made.tlsFiles("used"), () => nowMs);
    const renewed: object[] = [];
    tls.onRenewed((context) => renewed.push(context));
    const { context } = tls.material();

    copy("crt", "second");
    assert.throws(() => tls.reload(), { reason: "INVALID_CONFIG", field: "tls.key" });
    writeFileSync(made.file("used.key"), "");
    assert.throws(() => tls.reload(), { reason: "INVALID_CONFIG", field: "tls.key" });
    copy("key", "second");
    nowMs += 10 * dayMs;
    assert.throws(() => tls.reload(), /expired/);
    assert.equal(tls.material().context, context);
    assert.deepEqual(renewed, []);

    for (const kind of ["crt", "key"]) copy(kind, "long");
    tls.reload();
    assert.deepEqual(renewed, [tls.material().context]);
    assert.notEqual(tls.material().context, context);
  });
});
