// Handles of agents' searches: whose they are, how long they live, how much memory they take.

import assert from "node:assert/strict";
import { limits } from "../../../src/core/limits.js";
import { createHandles } from "../../../src/mcp/handles.js";

const search = { asked: { collection: "notes", query: "boats", k: 3 }, keys: ["a", "b"] };

describe("handles of searches", () => {
  let nowMs = 0;
  const handles = createHandles(() => nowMs);
  const isUnknown = (handle: string, owner: string): boolean => {
    try {
      handles.find(handle, owner);
      return false;
    } catch (error) {
      assert.equal((error as { readonly reason?: unknown }).reason, "HANDLE_NOT_FOUND");
      return true;
    }
  };

  it("are found by their owner alone", () => {
    const handle = handles.keep(search, "key:a");
    assert.deepEqual(handles.find(handle, "key:a"), search);
    assert.ok(isUnknown(handle, "key:b"));
    assert.notEqual(handles.keep(search, "key:a"), handle);
  });

  it("expire ten minutes after their last use", () => {
    const handle = handles.keep(search, "key:a");
    nowMs += limits.mcpHandleMs - 1;
    handles.keep(handles.find(handle, "key:a"), "key:a", handle);
    nowMs += limits.mcpHandleMs - 1;
    handles.find(handle, "key:a");
    nowMs += 1;
    assert.ok(isUnknown(handle, "key:a"));
  });

  it("are forgotten in the order of their use when they fill their memory", () => {
    const query = "x".repeat(limits.queryBytesMax);
    const large = { asked: { ...search.asked, query }, keys: [] };
    const first = handles.keep(large, "key:a");
    const count = Math.ceil(limits.mcpHandleBytesMax / (2 * query.length));
    const others = Array.from({ length: count }, () => handles.keep(large, "key:a"));
    assert.ok(isUnknown(first, "key:a"));
    assert.deepEqual(handles.find(others.at(-1) ?? "", "key:a"), large);
  });
});
