// Relevance: the score of a passage whose MaxSim is known.

/**
 * relevance = maxSim / queryRowCount + lexicalWeight * bm25 / bm25Top, in float64. The second term
 * is 0 when nothing matches the query's terms. An absolute score: it depends on the passage and on
 * the collection's statistics, not on which candidates were looked at.
 */
export function relevance(
  passage: { readonly maxSim: number; readonly bm25: number },
  query: { readonly rowCount: number; readonly bm25Top: number; readonly lexicalWeight: number },
): number {
  const lexical = query.bm25Top > 0 ? (query.lexicalWeight * passage.bm25) / query.bm25Top : 0;
  return passage.maxSim / query.rowCount + lexical;
}
