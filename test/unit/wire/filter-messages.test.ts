import assert from "node:assert/strict";
import fc from "fast-check";

import { definitions } from "../../../src/wire/definitions.js";
import { searchRequestFields } from "../../../src/contract/search-request.js";
import type { SearchRequest } from "../../../src/contract/search-request.js";
import type { Filter } from "../../../src/core/filter.js";
import type { Filter__Output } from "../../../src/gen/proto/sluice/v1/Filter.js";
import { toMessage } from "../../../src/wire/field-messages.js";
import { filterFromMessage } from "../../../src/wire/filter-messages.js";
import { anyFilter } from "../../support/filters.js";

function overTheWire(filter: Filter): Filter {
  const { requestSerialize, requestDeserialize } = definitions().search.Search;
  const request: SearchRequest = { collection: "notes", filter };
  const bytes = requestSerialize(toMessage(searchRequestFields, request));
  return filterFromMessage(requestDeserialize(bytes).filter!, "filter");
}

/** An open bound may be absent or undefined. */
const plain = (filter: Filter): unknown =>
  JSON.parse(
    JSON.stringify(filter, (_, value: unknown) =>
      typeof value === "bigint" ? `${value}n` : Object.is(value, -0) ? "-0" : value,
    ),
  );

describe("filters", () => {
  it("come over the wire as they were", () => {
    fc.assert(
      fc.property(anyFilter, (filter) => {
        assert.deepEqual(plain(overTheWire(filter)), plain(filter));
      }),
    );
  });

  const message = (parts: Filter__Output): Filter__Output => parts;
  const faults: readonly [fault: string, message: Filter__Output, field: string][] = [
    ["no condition", message({}), "filter"],
    [
      "no condition inside a list",
      message({ condition: "any", any: { filters: [{}] } }),
      "filter.any.filters[0]",
    ],
    [
      "a value with a name",
      message({ condition: "any_of", any_of: { field: "x", values: [{ name: "y" }] } }),
      "filter.any_of.values[0].name",
    ],
    [
      "a value that is not set",
      message({ condition: "any_of", any_of: { field: "x", values: [{ name: "" }] } }),
      "filter.any_of.values[0]",
    ],
    [
      "a bound that is no number",
      message({
        condition: "not",
        not: { condition: "range", range: { field: "x", at_least: NaN } },
      }),
      "filter.not.range.at_least",
    ],
  ];
  for (const [fault, bad, field] of faults) {
    it(`with ${fault} are refused, naming the place`, () => {
      assert.throws(() => filterFromMessage(bad, "filter"), { reason: "INVALID_FIELD", field });
    });
  }
});
