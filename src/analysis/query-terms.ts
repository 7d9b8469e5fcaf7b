// Terms of a query with their frequencies.

/**
 * A distinct term and its frequency in the query, which may be fractional for secondary forms of a
 * word.
 */
export interface QueryTerm {
  readonly term: string;
  readonly frequency: number;
}

/** Distinct terms in the order of their first occurrence, in which scores are summed. */
export function addUpTerms(all: Iterable<QueryTerm>): QueryTerm[] {
  const frequencies = new Map<string, number>();
  for (const { term, frequency } of all)
    frequencies.set(term, (frequencies.get(term) ?? 0) + frequency);
  return [...frequencies].map(([term, frequency]) => ({ term, frequency }));
}
