"""Random runs and judgments as files, and what pytrec_eval and ir_measures make of them.

Writes one line of JSON a case: the text of both files, values by query, means over judged queries.
usage: reference-values.py COUNT SEED > cases.jsonl
"""

import json
import random
import struct
import sys

import ir_measures
import pytrec_eval

CUTOFFS = [1, 3, 5, 10, 100]
# Names of ir_measures beside those of pytrec_eval.
NAMES = {"map": "AP", "ndcg": "nDCG", "recip_rank": "RR"}
for cutoff in CUTOFFS:
    NAMES[f"map_cut_{cutoff}"] = f"AP@{cutoff}"
    NAMES[f"ndcg_cut_{cutoff}"] = f"nDCG@{cutoff}"
    NAMES[f"P_{cutoff}"] = f"P@{cutoff}"
    NAMES[f"recall_{cutoff}"] = f"R@{cutoff}"
    NAMES[f"success_{cutoff}"] = f"Success@{cutoff}"
FAMILIES = {"map", "ndcg", "recip_rank"} | {
    f"{family}.{','.join(map(str, CUTOFFS))}" for family in ["map_cut", "ndcg_cut", "P", "recall", "success"]
}
# Measures of which ir_measures gives the mean.
MEANS = ["AP", "nDCG", "nDCG@10", "RR", "R@5", "P@5", "Success@3"]
# Those that it does not leave to trec_eval: it breaks ties in other ways there.
MEANS_WITHOUT_TIES = ["RR@3", "Judged@5"]


def float32(value):
    return struct.unpack("f", struct.pack("f", value))[0]


def random_case(rng):
    queries = [f"q{i}" for i in range(rng.randint(1, 8))]
    documents = [rng.choice(["d", "D", "doc-", "é", "10."]) + str(i) for i in range(rng.randint(3, 25))]
    if rng.random() < 0.3:
        documents += queries  # As in ArguAna: each query is a document.
    qrels, run = {}, {}
    for query in queries:
        grades = rng.choice([[0], [0, 1], [-2, -1, 0, 1, 2, 3], [1], [-1, 0]])
        judged = rng.sample(documents, rng.randint(1, len(documents)))
        qrels[query] = {document: rng.choice(grades) for document in judged}
        # trec_eval's code writes beside its tables where every grade of a query is below zero.
        if max(qrels[query].values()) < 0:
            qrels[query][judged[0]] = 0
        if rng.random() < 0.15:
            continue  # The run misses this query.
        ranked = rng.sample(documents, rng.randint(1, len(documents)))
        scores = rng.choice([
            lambda: float32(rng.uniform(-5, 5)),
            lambda: float(rng.randint(0, 3)),  # Ties.
            lambda: rng.choice([1.0, 1.00000001, 16777216.0, 16777217.0]),  # Ties as float32.
        ])
        run[query] = {document: scores() for document in ranked}
    if rng.random() < 0.3:
        run["nobody-judged"] = {documents[0]: 1.0}
    return qrels, run


def blank(rng):
    return rng.choice([" ", " ", "\t", "  ", " \t "])


def to_lines(rng, rows):
    lines = []
    for row in rows:
        if rng.random() < 0.05:
            lines.append("# a comment with # and 6 words more")
        if rng.random() < 0.05:
            lines.append(rng.choice(["", "  ", "\t"]))
        text = str(row[0])
        for cell in row[1:]:
            text += blank(rng) + str(cell)
        lines.append(text + rng.choice(["", "", " ", "\t", "\r"]))
    return "\n".join(lines) + rng.choice(["", "\n"])


def values_of(qrels, run):
    values = pytrec_eval.RelevanceEvaluator(qrels, FAMILIES).evaluate(run)
    return {
        query: {NAMES[name]: value for name, value in row.items() if name in NAMES}
        for query, row in values.items()
    }


def main():
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    rng = random.Random(seed)
    for _ in range(count):
        qrels, run = random_case(rng)
        # What BEIR's evaluator does with ignore_identical_ids.
        others = {q: {d: score for d, score in hits.items() if d != q} for q, hits in run.items()}
        has_ties = any(len({float32(score) for score in hits.values()}) < len(hits) for hits in run.values())
        names = MEANS if has_ties else MEANS + MEANS_WITHOUT_TIES
        averages = ir_measures.calc_aggregate([ir_measures.parse_measure(name) for name in names], qrels, run)
        qrel_rows = [(q, 0, d, grade) for q, judged in qrels.items() for d, grade in judged.items()]
        run_rows = [(q, "Q0", d, rng.randint(1, 99), repr(score), "t") for q, hits in run.items() for d, score in hits.items()]
        rng.shuffle(run_rows)
        print(json.dumps({
            "qrels": to_lines(rng, qrel_rows),
            "run": to_lines(rng, run_rows),
            "queries": values_of(qrels, run),
            "ignoringIdenticalIds": values_of(qrels, others),
            "means": {str(measure): value for measure, value in averages.items()},
        }))


main()
