// Filters to messages.

import { assertNever } from "../core/assert.js";
import type { Filter } from "../core/filter.js";
import type { Filter as FilterMessage } from "../gen/proto/sluice/v1/Filter.js";
import { fieldToMessage } from "../wire/document-messages.js";

export function filterToMessage(filter: Filter): FilterMessage {
  switch (filter.kind) {
    case "all":
      return { all: { filters: filter.filters.map(filterToMessage) } };
    case "any":
      return { any: { filters: filter.filters.map(filterToMessage) } };
    case "not":
      return { not: filterToMessage(filter.filter) };
    case "any_of": {
      const values = filter.values.map((value) => fieldToMessage("", value));
      return { any_of: { field: filter.field, values } };
    }
    case "range":
      return {
        range: {
          field: filter.field,
          ...(filter.atLeast === undefined ? {} : { at_least: filter.atLeast }),
          ...(filter.moreThan === undefined ? {} : { more_than: filter.moreThan }),
          ...(filter.atMost === undefined ? {} : { at_most: filter.atMost }),
          ...(filter.lessThan === undefined ? {} : { less_than: filter.lessThan }),
        },
      };
    case "exists":
      return { exists: filter.field };
    default:
      return assertNever(filter);
  }
}
