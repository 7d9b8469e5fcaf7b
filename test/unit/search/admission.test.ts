// Who may search when more want to than can: turns, refusals, and what they say.

import assert from "node:assert/strict";
import { getEventListeners } from "node:events";

import { SluiceError } from "../../../src/core/errors.js";
import { createAdmission } from "../../../src/search/admission.js";
import type { Admission, AdmittedSearch } from "../../../src/search/admission.js";
import type { AdmissionRequest } from "../../../src/search/admission.js";
import { hasReason } from "../../support/errors.js";
import { settle, useFakeTime } from "../../support/fake-time.js";

describe("admission", () => {
  const time = useFakeTime();
  let admission: Admission;
  beforeEach(() => {
    admission = createAdmission({ clock: time.clock, atWorkMax: 1, searchesMax: 4 });
  });

  function ask(asked: Partial<AdmissionRequest> = {}): {
    place: AdmittedSearch;
    turn: Promise<void>;
  } {
    const place = admission.enter(asked.peer ?? "p");
    const { signal } = new AbortController();
    const request = {
      priority: "normal",
      peer: "p",
      client: "a",
      signal,
      remainingMs: Infinity,
      ...asked,
    };
    const turn = place.turn(request as AdmissionRequest);
    // Looked at by those who care.
    turn.catch(() => undefined);
    return { place, turn };
  }

  /** One search that takes so long, for the running mean. */
  async function serve(ms: number): Promise<void> {
    const { place, turn } = ask();
    await turn;
    await time.advance(ms);
    place.leave();
  }

  it("gives the turn of a search that ends to the next that waits", async () => {
    const first = ask();
    await first.turn;
    const begun: string[] = [];
    const second = ask();
    const urgent = ask({ priority: "high" });
    const note = async (turn: Promise<void>, name: string): Promise<void> => {
      await turn;
      begun.push(name);
    };
    const notes = [note(second.turn, "second"), note(urgent.turn, "urgent")];
    await settle();
    assert.deepEqual(admission.state().waiting, { high: 1, normal: 1, low: 0 });
    assert.equal(admission.state().pressure, 0.5);
    first.place.leave();
    await settle();
    assert.deepEqual(begun, ["urgent"]);
    urgent.place.leave();
    await Promise.all(notes);
    second.place.leave();
    assert.deepEqual(admission.state(), {
      atWork: 0,
      atWorkMax: 1,
      waiting: { high: 0, normal: 0, low: 0 },
      refused: { queue_full: 0, budget_too_small: 0, expired: 0, event_loop_late: 0 },
      pressure: 0,
    });
  });

  it("refuses beyond its bound and says when to come back, by what searches take", async () => {
    for (let i = 0; i < 100; i += 1) await serve(200);
    const places = Array.from({ length: 4 }, () => ask().place);
    const error = refusal(() => admission.enter("p"));
    assert.equal(error.reason, "OVERLOADED");
    assert.match(error.message, /4 searches are at work or waiting, the limit is 4/);
    // Three that wait, and its own: four times 200 ms.
    assert.ok(Math.abs(error.retryAfterMs! - 800) <= 1, `${error.retryAfterMs} ms`);
    assert.equal(admission.state().refused.queue_full, 1);
    for (const place of places) place.leave();
  });

  it("refuses the newest of the peer with most when it is full and another comes", async () => {
    const many = [1, 2, 3, 4].map(() => ask({ peer: "many" }));
    await many[0]!.turn;
    const other = ask({ peer: "other" });
    await assert.rejects(many[3]!.turn, hasReason("OVERLOADED", /the limit is 4/));
    many[3]!.place.leave();
    const refused = refusal(() => admission.enter("many"));
    assert.equal(refused.reason, "OVERLOADED");
    many[0]!.place.leave();
    await many[1]!.turn;
    many[1]!.place.leave();
    await other.turn;
    assert.equal(admission.state().refused.queue_full, 2);
  });

  it("refuses searches of low priority, and takes others with pressure, while the loop is late", async () => {
    let loopDelayMs = 40;
    admission = createAdmission({
      clock: time.clock,
      atWorkMax: 2,
      searchesMax: 4,
      loopDelayMs: () => loopDelayMs,
    });
    await ask({ priority: "low" }).turn;
    assert.equal(admission.state().pressure, 0);
    loopDelayMs = 150;
    assert.equal(admission.state().pressure, 0.5);
    loopDelayMs = 300;
    await assert.rejects(ask({ priority: "low" }).turn, hasReason("OVERLOADED", /low priority/));
    await ask().turn;
    assert.equal(admission.state().pressure, 1);
    assert.equal(admission.state().refused.event_loop_late, 1);
  });

  it("refuses at once what cannot be begun within its budget", async () => {
    for (let i = 0; i < 100; i += 1) await serve(100);
    const first = ask();
    const late = ask({ remainingMs: 50 });
    await assert.rejects(late.turn, hasReason("OVERLOADED", /waiting are ahead, 50 ms are left/));
    late.place.leave();
    const patient = ask({ remainingMs: 500 });
    first.place.leave();
    await patient.turn;
    patient.place.leave();
    assert.equal(admission.state().refused.budget_too_small, 1);
  });

  it("refuses at once what could begin within its budget and not end in it", async () => {
    for (let i = 0; i < 100; i += 1) await serve(100);
    const first = ask();
    const late = ask({ remainingMs: 190 });
    await assert.rejects(late.turn, hasReason("OVERLOADED", /190 ms are left for that and/));
    late.place.leave();
    first.place.leave();
  });

  it("counts those of its own client that wait before a search", async () => {
    for (let i = 0; i < 100; i += 1) await serve(100);
    const first = ask();
    const second = ask({ remainingMs: 600 });
    const third = ask({ remainingMs: 600 });
    const fourth = ask({ remainingMs: 500, client: "a" });
    await assert.rejects(fourth.turn, hasReason("OVERLOADED"));
    fourth.place.leave();
    const other = ask({ remainingMs: 500, client: "b" });
    for (const { place, turn } of [first, second, other, third]) {
      await turn;
      place.leave();
    }
  });

  it("lets a search go whose time runs out while it waits", async () => {
    const first = ask();
    const waiting = ask({ remainingMs: 500 });
    await time.advance(501);
    await assert.rejects(waiting.turn, hasReason("OVERLOADED", /time ran out while/));
    waiting.place.leave();
    assert.deepEqual(admission.state().waiting, { high: 0, normal: 0, low: 0 });
    assert.equal(admission.state().refused.expired, 1);
    first.place.leave();
    assert.equal(admission.state().atWork, 0);
  });

  it("lets a search go whose caller leaves, and begins it never", async () => {
    const first = ask();
    const controller = new AbortController();
    const waiting = ask({ signal: controller.signal });
    const gone = new Error("gone");
    controller.abort(gone);
    await assert.rejects(waiting.turn, gone);
    waiting.place.leave();
    assert.equal(getEventListeners(controller.signal, "abort").length, 0);
    first.place.leave();
    assert.equal(admission.state().atWork, 0);
    const next = ask();
    await next.turn;
    next.place.leave();
  });
});

function refusal(act: () => unknown): SluiceError {
  try {
    act();
  } catch (error) {
    if (error instanceof SluiceError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}
