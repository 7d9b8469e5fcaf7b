// Terms as queries weigh them.

/** One distinct term of a query and how often the query has it; forms of a word may count less. */
export interface QueryTerm {
  readonly term: string;
  readonly frequency: number;
}

/** Distinct terms in the order of their first occurrence: the order in which scores add up. */
export function addUpTerms(all: Iterable<QueryTerm>): QueryTerm[] {
  const frequencies = new Map<string, number>();
  for (const { term, frequency } of all)
    frequencies.set(term, (frequencies.get(term) ?? 0) + frequency);
  return [...frequencies].map(([term, frequency]) => ({ term, frequency }));
}
