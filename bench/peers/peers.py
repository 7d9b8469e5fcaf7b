"""Other engines on the vectors of the bench, one a process.

peers.py truth SET QUERIES                    the exact top 10 by float MaxSim
peers.py ENGINE SET FOLDER QUERIES THREADS    builds in FOLDER unless it is there, then searches

Prints one line of JSON a result: {"indexSeconds": s}, {"settings": t, "millis": [...], "found": [...]}.
"""

import json
import os
import sys
import time

THREADS = sys.argv[5] if len(sys.argv) > 5 else str(os.cpu_count())
for name in ("OMP", "OPENBLAS", "MKL", "RAYON", "LANCE_CPU", "TOKIO_WORKER"):
    os.environ[f"{name}_NUM_THREADS"] = THREADS
os.environ["LANCE_CPU_THREADS"] = THREADS

import numpy as np  # noqa: E402

TOP = 10
# Rows that are multiplied at once: about 200 MB of products.
BLOCK_ROWS = 1 << 21


def ragged(folder, name):
    rows = np.load(f"{folder}/{name}.npy")
    lengths = np.load(f"{folder}/{name}.lengths.npy")
    ends = np.cumsum(lengths)
    return rows, lengths, ends - lengths


def texts(folder, name, count=None):
    rows, lengths, starts = ragged(folder, name)
    return [rows[s : s + n].copy() for s, n in list(zip(starts, lengths))[:count]]


def tell(**line):
    print(json.dumps(line), flush=True)


def timed(settings, queries, search):
    """Each query once unmeasured, so that whatever is mapped is in memory, then each once more."""
    for query in queries:
        search(query)
    millis, found = [], []
    for query in queries:
        start = time.perf_counter()
        ids = search(query)
        millis.append(1000 * (time.perf_counter() - start))
        found.append([int(one) for one in ids])
    tell(settings=settings, millis=millis, found=found)


def best(scores):
    """The highest first; of equal ones the first."""
    return np.lexsort((np.arange(len(scores)), -scores))[:TOP]


def maxsim(rows, starts, query):
    scores = np.empty(len(starts), np.float32)
    first = 0
    while first < len(starts):
        last = int(np.searchsorted(starts, starts[first] + BLOCK_ROWS, side="right")) - 1
        last = max(last, first + 1) if last < len(starts) - 1 else len(starts)
        low, high = starts[first], starts[last] if last < len(starts) else len(rows)
        products = rows[low:high] @ query.T
        scores[first:last] = np.maximum.reduceat(products, starts[first:last] - low).sum(axis=1)
        first = last
    return scores


def numpy_brute(folder, _, queries):
    rows, _, starts = ragged(folder, "passages")
    timed("float32, brute force", queries, lambda query: best(maxsim(rows, starts, query)))


def maxsim_cpu_brute(folder, _, queries):
    import maxsim_cpu

    passages = texts(folder, "passages")

    def scores(query):
        return np.asarray(maxsim_cpu.maxsim_scores_variable(query, passages))

    rows, _, starts = ragged(folder, "passages")
    if not np.allclose(scores(queries[0]), maxsim(rows, starts, queries[0]), rtol=1e-3):
        sys.exit(f"its scores are not MaxSim at dim {rows.shape[1]}")
    timed("float32, brute force", queries, lambda query: best(scores(query)))


def lancedb_index(folder, index, queries):
    import lancedb
    import pyarrow as pa

    database = lancedb.connect(index)
    rows, lengths, starts = ragged(folder, "passages")
    if "passages" not in database.table_names():
        start = time.perf_counter()
        dim = rows.shape[1]
        vector = pa.list_(pa.list_(pa.float32(), dim))
        schema = pa.schema([pa.field("id", pa.int32()), pa.field("vector", vector)])

        def batches():
            for first in range(0, len(lengths), 1024):
                last = min(first + 1024, len(lengths))
                low, high = starts[first], starts[last] if last < len(lengths) else len(rows)
                flat = pa.array(np.ascontiguousarray(rows[low:high]).reshape(-1))
                inner = pa.FixedSizeListArray.from_arrays(flat, dim)
                ends = np.append(starts[first:last] - low, high - low).astype(np.int32)
                outer = pa.ListArray.from_arrays(pa.array(ends), inner)
                ids = pa.array(np.arange(first, last, dtype=np.int32))
                yield pa.RecordBatch.from_arrays([ids, outer], schema=schema)

        table = database.create_table("passages", batches(), schema=schema)
        table.create_index(metric="cosine", vector_column_name="vector", index_type="IVF_PQ")
        tell(indexSeconds=time.perf_counter() - start)
    table = database.open_table("passages")
    for probes, refine in ((5, 10), (20, 10), (20, 50), (50, 50)):

        def search(query, probes=probes, refine=refine):
            asked = table.search(query).nprobes(probes).refine_factor(refine).limit(TOP)
            return asked.select(["id", "_distance"]).to_arrow()["id"].to_pylist()

        timed(f"IVF_PQ, {probes} probes, refine {refine}", queries, search)


def fast_plaid_index(folder, index, queries):
    import torch
    from fast_plaid import search as plaid

    torch.set_num_threads(int(THREADS))
    engine = plaid.FastPlaid(index=index, device="cpu")
    if not os.path.exists(os.path.join(index, "metadata.json")):
        passages = [torch.from_numpy(one) for one in texts(folder, "passages")]
        start = time.perf_counter()
        engine.create(documents_embeddings=passages)
        tell(indexSeconds=time.perf_counter() - start)
    for cells, scored in ((4, 1024), (8, 4096), (16, 8192), (32, 16384)):

        def search(query, cells=cells, scored=scored):
            result = engine.search(
                queries_embeddings=torch.from_numpy(query)[None],
                top_k=TOP,
                n_ivf_probe=cells,
                n_full_scores=scored,
            )
            return [one for one, _ in result[0]]

        timed(f"4 bits, {cells} cells, {scored} in full", queries, search)


def xtr_warp_index(folder, index, queries):
    import torch
    from xtr_warp import search as warp

    torch.set_num_threads(int(THREADS))
    engine = warp.XTRWarp(index=index)
    if not os.path.exists(os.path.join(index, "metadata.json")):
        passages = [torch.from_numpy(one) for one in texts(folder, "passages")]
        start = time.perf_counter()
        engine.create(passages, device="cpu")
        tell(indexSeconds=time.perf_counter() - start)
    engine.load("cpu")
    for probes in (4, 8, 16, 32):

        def search(query, probes=probes):
            result = engine.search(torch.from_numpy(query)[None], top_k=TOP, nprobe=probes)
            return [one for one, _ in result[0]]

        timed(f"4 bits, {probes} probes", queries, search)


def truth(folder, count):
    rows, _, starts = ragged(folder, "passages")
    for query in texts(folder, "queries", count):
        tell(best=[int(one) for one in best(maxsim(rows, starts, query))])


ENGINES = {
    "numpy": numpy_brute,
    "maxsim-cpu": maxsim_cpu_brute,
    "lancedb": lancedb_index,
    "fast-plaid": fast_plaid_index,
    "xtr-warp-rs": xtr_warp_index,
}

if __name__ == "__main__":
    if sys.argv[1] == "truth":
        truth(sys.argv[2], int(sys.argv[3]))
    else:
        engine, folder, index, count = sys.argv[1:5]
        ENGINES[engine](folder, index, texts(folder, "queries", int(count)))
