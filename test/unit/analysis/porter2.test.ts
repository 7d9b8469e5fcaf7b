// The stems that Snowball's English stemmer 3.1 gives, rule by rule.

import assert from "node:assert/strict";

import fc from "fast-check";

import { stemEnglish } from "../../../src/analysis/porter2.js";

/** Word and stem, from the snowballstemmer package 3.1.1. */
const pairs = `
caresses caress, ponies poni, ties tie, cats cat, gas gas, this this, kiwis kiwi,
gaps gap, bias bias, us us, abyss abyss, process's process, dogs' dog, boss's' boss,
agreed agre, feed feed, proceed proceed, exceed exceed, succeed succeed,
proceeding proceed, indeed inde, luxuriated luxuri, hopped hop, hoped hope, hoping hope,
falling fall, failing fail, filing file, egging egg, adding add, off off, outing outing,
inning inning, innings inning, canning canning, herring herring, earring earring,
evening evening, dying die, lying lie, tying tie, vying vie, eyeing eye, cry cri, by by,
say say, happy happi, enjoy enjoy, toyed toy, youth youth, yes yes, boyish boyish,
sayings say, rational ration, national nation, relational relat, conditional condit,
valenci valenc, hesitanci hesit, digitizer digit, conformabli conform, radicalli radic,
differentli differ, vileli vile, analogousli analog, vietnamization vietnam,
predication predic, operator oper, feudalism feudal, decisiveness decis,
hopefulness hope, callousness callous, formaliti formal, sensitiviti sensit,
sensibiliti sensibl, geology geolog, geologist geolog, theology theolog,
archaeologists archaeolog, pedagogy pedagogi, harmlessly harmless, carefully care,
quickly quick, early earli, only onli, singly singl, ugly ugli, gently gentl, idly idl,
triplicate triplic, formative format, formalize formal, electriciti electr,
electrical electr, hopeful hope, goodness good, nationalize nation, revival reviv,
allowance allow, inference infer, airliner airlin, gyroscopic gyroscop,
adjustable adjust, defensible defens, irritant irrit, replacement replac,
adjustment adjust, dependent depend, adoption adopt, confusion confus,
homologou homologou, communism communism, activate activ, angulariti angular,
homologous homolog, effective effect, bowdlerize bowdler, probate probat, rate rate,
cease ceas, controlling control, roll roll, fall fall, general general, generate generat,
generically generic, community communiti, communication communic, arsenic arsenic,
arsenal arsenal, emergency emergenc, emerge emerg, organization organiz, organic organic,
university universiti, universe univers, universal universal, later later,
lateral lateral, latest latest, past past, pasted paste, pasting paste, pastes paste,
international internat, interest interest, internal internal, skis ski, skies sky,
sky sky, news news, howe howe, atlas atlas, cosmos cosmos, andes andes, consign consign,
consigned consign, consigning consign, consignment consign, consistency consist,
consolation consol, knackeries knackeri, knaves knave, kneeling kneel, knits knit,
knotty knotti, knots knot, administrated administr, installation instal,
mitochondrial mitochondri, proteins protein, hypothesized hypothes, running run,
runner runner, ran ran, easily easili, university's universiti, y y, yy yy, yyy yyy,
ay ay, a a, is' is
`;

describe("stemEnglish", () => {
  it("gives the published stems", () => {
    for (const pair of pairs.trim().split(/,\s/)) {
      const [word = "", stem = ""] = pair.trim().split(" ");
      assert.equal(stemEnglish(word), stem, word);
    }
  });

  it("leaves words without a suffix, short words and other scripts alone", () => {
    for (const word of ["", "be", "yo", "x2", "москва", "東京"])
      assert.equal(stemEnglish(word), word);
  });

  it("never makes a word longer nor brings in capitals", () => {
    const letters = fc.string({
      unit: fc.constantFrom(...Array.from("abcdeghilmnoprstuyz'")),
      maxLength: 16,
    });
    fc.assert(
      fc.property(letters, (word) => {
        const stem = stemEnglish(word);
        assert.ok(stem.length <= word.length);
        assert.equal(stem, stem.toLowerCase());
      }),
    );
  });
});
