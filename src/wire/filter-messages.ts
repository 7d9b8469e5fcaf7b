// Converts filters to messages, and validates those from messages.

import { invalidField } from "../contract/validate.js";
import { assertNever } from "../core/assert.js";
import type { FieldValue } from "../core/document.js";
import { checkFilter } from "../core/filter.js";
import type { Filter } from "../core/filter.js";
import type { FieldAnyOf__Output } from "../gen/proto/sluice/v1/FieldAnyOf.js";
import type { FieldRange__Output } from "../gen/proto/sluice/v1/FieldRange.js";
import type { Filter as FilterMessage, Filter__Output } from "../gen/proto/sluice/v1/Filter.js";
import type { FilterList__Output } from "../gen/proto/sluice/v1/FilterList.js";
import { fieldToMessage, fieldValueFromMessage } from "./document-messages.js";

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
    case "prefix":
      return { prefix: { field: filter.field, prefix: filter.prefix } };
    case "key_any_of":
      return { key_any_of: { keys: [...filter.keys] } };
    case "key_prefix":
      return { key_prefix: filter.prefix };
    default:
      return assertNever(filter);
  }
}

/** Throws INVALID_FIELD naming the place, such as `filter.all.filters[2].range.at_least`. */
export function filterFromMessage(message: Filter__Output, path: string): Filter {
  const filter = toFilter(message, path);
  checkFilter(filter, { path, operands: ".filters" });
  return filter;
}

/** Depth is bounded by the wire check (rpc/wire-check.ts), which comes before the decoder. */
function toFilter(message: Filter__Output, path: string): Filter {
  switch (message.condition) {
    case "all":
    case "any": {
      const kind = message.condition;
      return { kind, filters: operands(message[kind], `${path}.${kind}`) };
    }
    case "not":
      if (!message.not) break;
      return { kind: "not", filter: toFilter(message.not, `${path}.not`) };
    case "any_of":
      if (!message.any_of) break;
      return anyOf(message.any_of, `${path}.any_of`);
    case "range":
      if (!message.range) break;
      return range(message.range);
    case "exists":
      return { kind: "exists", field: message.exists ?? "" };
    case "prefix":
      if (!message.prefix) break;
      return { kind: "prefix", field: message.prefix.field, prefix: message.prefix.prefix };
    case "key_any_of":
      return { kind: "key_any_of", keys: message.key_any_of?.keys ?? [] };
    case "key_prefix":
      return { kind: "key_prefix", prefix: message.key_prefix ?? "" };
    case undefined:
    default:
  }
  throw invalidField(
    path,
    `${path} has no condition; set all, any, not, any_of, range, exists, prefix, key_any_of or key_prefix`,
  );
}

function operands(list: FilterList__Output | null | undefined, path: string): Filter[] {
  return (list?.filters ?? []).map((operand, i) => toFilter(operand, `${path}.filters[${i}]`));
}

function anyOf({ field, values }: FieldAnyOf__Output, path: string): Filter {
  const toValue = (message: (typeof values)[number], i: number): FieldValue => {
    const place = `${path}.values[${i}]`;
    if (message.name !== "")
      throw invalidField(`${place}.name`, `${place}.name is set; ${path}.field names the field`);
    const value = fieldValueFromMessage(message);
    if (value === undefined) throw invalidField(place, `${place} has no value; set one`);
    return value;
  };
  return { kind: "any_of", field, values: values.map(toValue) };
}

function range(message: FieldRange__Output): Filter {
  return {
    kind: "range",
    field: message.field,
    atLeast: message.at_least,
    moreThan: message.more_than,
    atMost: message.at_most,
    lessThan: message.less_than,
  };
}
