//! Measurements, each as a ratio to something known within one run.

use std::{fs, hint::black_box, time::Instant};

use msgraph_core::{Answer, Page, Reply, Versioned};
use msgraph_model::PlannerTask;
use serde::de::IgnoredAny;
use serde_json::Value;

/// Structs as a user would write them, which keep nothing that they do not know.
#[allow(dead_code)]
mod baseline {
    include!(concat!(env!("MSGRAPH_REFERENCE"), "/bench/baseline_model.rs"));
}

/// How many times each subject is measured; the median counts.
const SAMPLES: usize = 15;
/// How many pages are decoded for one sample.
const PAGES: u32 = 40;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().expect("the path of the page");
    let page = fs::read(path).expect("the page can be read");
    check_lossless(&page);
    decode(&page);
}

/// A decoder that forgot something would be faster.
fn check_lossless(page: &[u8]) {
    let decoded: Page<Versioned<PlannerTask>> = serde_json::from_slice(page).expect("the page decodes");
    let again = serde_json::to_value(&decoded).expect("the page encodes");
    let original: Value = serde_json::from_slice(page).expect("the page is JSON");
    assert!(again == original, "decoding the page loses something");
}

/// What is measured: a name, and what is done with the page.
type Subject = (&'static str, fn(&[u8]));

fn decode(page: &[u8]) {
    let subjects: [Subject; 6] = [
        ("hand-written structs", |page| {
            black_box(serde_json::from_slice::<baseline::Page>(page).unwrap());
        }),
        ("ours, as the client decodes", |page| {
            black_box(Page::<Versioned<PlannerTask>>::decode(Reply::new(200, page)).unwrap());
        }),
        ("ours, from bytes", |page| {
            black_box(serde_json::from_slice::<Page<Versioned<PlannerTask>>>(page).unwrap());
        }),
        ("hand-written structs, from text", |page| {
            black_box(serde_json::from_str::<baseline::Page>(str::from_utf8(page).unwrap()).unwrap());
        }),
        ("serde_json::Value", |page| {
            black_box(serde_json::from_slice::<Value>(page).unwrap());
        }),
        ("serde::de::IgnoredAny", |page| {
            black_box(serde_json::from_slice::<IgnoredAny>(page).unwrap());
        }),
    ];
    // The subjects take turns, so that a slow moment of the machine slows all of them.
    let mut samples = subjects.map(|_| Vec::with_capacity(SAMPLES));
    for _ in 0..SAMPLES {
        for ((_, subject), samples) in subjects.iter().zip(&mut samples) {
            let started = Instant::now();
            for _ in 0..PAGES {
                subject(black_box(page));
            }
            samples.push(started.elapsed() / PAGES);
        }
    }
    let medians = samples.map(|mut samples| {
        samples.sort();
        samples[SAMPLES / 2]
    });
    let baseline = medians[0];
    println!("decode: {} bytes, median of {SAMPLES}", page.len());
    for ((name, _), median) in subjects.iter().zip(&medians) {
        let ratio = median.as_secs_f64() / baseline.as_secs_f64();
        println!("{name:32} {:8.1} us  ratio {ratio:.2}", median.as_secs_f64() * 1e6);
    }
    assert!(
        medians[1] <= baseline,
        "the client decodes slower than hand-written structs"
    );
}
