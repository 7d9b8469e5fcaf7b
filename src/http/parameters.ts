// Values of a query string, by the tables of src/contract/.

import { invalidField } from "../contract/validate.js";
import { toAnyTable, wireName } from "../contract/fields.js";

/**
 * The object that a JSON body of the same table would hold. `renamed`: parameters with other names
 * than in the body. Throws INVALID_FIELD for a parameter that is given twice.
 */
export function objectFromParameters(
  table: object,
  parameters: URLSearchParams,
  renamed: Readonly<Record<string, string>> = {},
): Record<string, unknown> {
  const types = new Map<string, string>(
    Object.entries(toAnyTable(table)).map(([name, field]) => [wireName(name, field), field.type]),
  );
  const object: Record<string, unknown> = {};
  for (const [parameter, value] of parameters) {
    const name = renamed[parameter] ?? parameter;
    if (name in object) throw invalidField(parameter, `${parameter} is given twice`);
    object[name] = toValue(types.get(name), value);
  }
  return object;
}

function toValue(type: string | undefined, text: string): unknown {
  if (type === "boolean") return text === "" || text === "true" || text === "1";
  if (type === "integer" || type === "number") return text.trim() === "" ? NaN : Number(text);
  return text;
}
