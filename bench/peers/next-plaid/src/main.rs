//! next-plaid on the vectors of the bench: `build SET INDEX`, or `search SET INDEX QUERIES`.
//! Prints one line of JSON a result.

extern crate blas_src;
extern crate openblas_src;

use ndarray::{s, Array1, Array2};
use ndarray_npy::read_npy;
use next_plaid::{IndexConfig, MmapIndex, SearchParameters, UpdateConfig};
use std::error::Error;
use std::time::Instant;

/// Rows of each text, one array a text.
fn read_ragged(folder: &str, name: &str) -> Result<Vec<Array2<f32>>, Box<dyn Error>> {
    let rows: Array2<f32> = read_npy(format!("{folder}/{name}.npy"))?;
    let lengths: Array1<i32> = read_npy(format!("{folder}/{name}.lengths.npy"))?;
    let mut start = 0usize;
    let mut texts = Vec::with_capacity(lengths.len());
    for length in lengths.iter() {
        let end = start + *length as usize;
        texts.push(rows.slice(s![start..end, ..]).to_owned());
        start = end;
    }
    Ok(texts)
}

fn build(set: &str, index: &str) -> Result<(), Box<dyn Error>> {
    let passages = read_ragged(set, "passages")?;
    let start = Instant::now();
    let config = IndexConfig { nbits: 4, ..Default::default() };
    MmapIndex::update_or_create(&passages, index, &config, &UpdateConfig::default())?;
    println!("{}", serde_json::json!({ "indexSeconds": start.elapsed().as_secs_f64() }));
    Ok(())
}

/// Its default, and settings on both sides of it: cells probed, passages scored in full.
const SETTINGS: [(usize, usize); 4] = [(4, 1024), (8, 4096), (16, 8192), (32, 16384)];

fn search(set: &str, index: &str, count: usize) -> Result<(), Box<dyn Error>> {
    let queries = read_ragged(set, "queries")?;
    let index = MmapIndex::load(index)?;
    for (cells, scored) in SETTINGS {
        let params = SearchParameters {
            top_k: 10,
            n_ivf_probe: cells,
            n_full_scores: scored,
            ..Default::default()
        };
        // Each query once unmeasured, so that whatever is mapped is in memory.
        for query in queries.iter().take(count) {
            index.search(query, &params, None)?;
        }
        let mut millis = Vec::new();
        let mut found = Vec::new();
        for query in queries.iter().take(count) {
            let start = Instant::now();
            let result = index.search(query, &params, None)?;
            millis.push(start.elapsed().as_secs_f64() * 1000.0);
            found.push(result.passage_ids);
        }
        println!(
            "{}",
            serde_json::json!({
                "settings": format!("4 bits, {cells} cells, {scored} in full"),
                "millis": millis,
                "found": found,
            })
        );
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().collect();
    match (args.get(1).map(String::as_str), args.len()) {
        (Some("build"), 4) => build(&args[2], &args[3]),
        (Some("search"), 5) => search(&args[2], &args[3], args[4].parse()?),
        _ => Err("build SET INDEX, or search SET INDEX QUERIES".into()),
    }
}
