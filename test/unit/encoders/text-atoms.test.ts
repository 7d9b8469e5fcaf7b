import { strict as assert } from "node:assert";
import fc from "fast-check";
import type { AtomVisitor } from "../../../src/encoders/text-atoms.js";
import { walkAtoms, walkSpacedWords, wholeCharacterEnd } from "../../../src/encoders/text-atoms.js";
import { hostileText } from "../../support/hostile-text.js";

type Walk = (text: string, visit: AtomVisitor) => void;

function atomsOf(walk: Walk, text: string): string[] {
  const atoms: string[] = [];
  walk(text, (start, end) => {
    atoms.push(text.slice(start, end));
    return true;
  });
  return atoms;
}

describe("walkAtoms", () => {
  const cases: [text: string, atoms: string[]][] = [
    ["", []],
    [" \t\r\n\u00a0\u3000\u2028", []],
    ["don't stop.", ["don", "'", "t", "stop", "."]],
    ["a北京b", ["a", "北", "京", "b"]],
    ["“naïve”—yes", ["“", "naïve", "”", "—", "yes"]],
    ["a\u0000b\u000cc", ["a\u0000b\u000cc"]],
    ["🙂 x≠y", ["🙂", "x≠y"]],
  ];
  for (const [text, atoms] of cases) {
    it(`cuts ${JSON.stringify(text)}`, () => assert.deepEqual(atomsOf(walkAtoms, text), atoms));
  }

  it("cuts a run that is longer than any word, between characters", () => {
    const atoms = atomsOf(walkAtoms, `x${"🙂".repeat(300)}`);
    assert.deepEqual(
      atoms.map((atom) => atom.length),
      [255, 256, 90],
    );
  });

  it("stops when told", () => {
    const seen: number[] = [];
    walkAtoms("one two three", (start) => seen.push(start) < 2);
    assert.deepEqual(seen, [0, 4]);
  });

  it("leaves out nothing but white space", () => {
    fc.assert(
      fc.property(hostileText(), (text) => {
        assert.equal(atomsOf(walkAtoms, text).join(""), text.replace(/[\t\n\r\p{Z}]/gu, ""));
      }),
    );
  });
});

describe("walkSpacedWords", () => {
  it("puts white space before its word and loses nothing", () => {
    assert.deepEqual(atomsOf(walkSpacedWords, " a  bc\n"), [" a", "  bc", "\n"]);
    fc.assert(
      fc.property(hostileText(), (text) => {
        assert.equal(atomsOf(walkSpacedWords, text).join(""), text);
      }),
    );
  });
});

describe("wholeCharacterEnd", () => {
  it("never parts a surrogate pair", () => {
    assert.deepEqual(
      [0, 1, 2, 3, 4].map((end) => wholeCharacterEnd("a🙂b", end)),
      [0, 1, 1, 3, 4],
    );
    assert.equal(wholeCharacterEnd("\udc00\udc00", 1), 1);
  });
});
