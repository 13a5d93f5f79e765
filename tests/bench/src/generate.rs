//! How long generation takes, beside a bare parse of the same XML within one run.

use std::{
    fs,
    hint::black_box,
    time::{Duration, Instant},
};

use msgraph_codegen::{Extent, Input, Root, Source, generate, plan::Version};

/// At most this many times as long as the parse: a slice, and everything.
const LIMITS: [f64; 2] = [10.0, 150.0];

fn main() {
    let path = std::env::args().nth(1).expect("the path of the metadata");
    let text = fs::read_to_string(path).expect("the metadata can be read");
    let source = Source::new("metadata", text);
    let roots = ["planner/**", "me/planner/**", "groups/{id}/planner/**", "me/todo/**"];
    let roots = roots.map(|glob| Root {
        glob: glob.to_owned(),
        offset: None,
        feature: None,
    });
    let input = |extent| Input::new(Version::V1, source.clone(), extent, "bench_model");
    let (slice, whole) = (input(Extent::Roots(roots.into())), input(Extent::Whole));
    let parse = median(9, || {
        black_box(roxmltree::Document::parse(&source.text).expect("the metadata is XML"));
    });
    let slice = median(5, || {
        black_box(generate(&slice).expect("the slice is generated"));
    });
    let whole = median(3, || {
        black_box(generate(&whole).expect("everything is generated"));
    });
    println!("bare parse            {:8.1} ms  ratio 1.0", parse.as_secs_f64() * 1e3);
    for ((name, time), limit) in [("Planner and To Do", slice), ("everything", whole)]
        .into_iter()
        .zip(LIMITS)
    {
        let ratio = time.as_secs_f64() / parse.as_secs_f64();
        println!(
            "{name:20}  {:8.1} ms  ratio {ratio:.1}, at most {limit}",
            time.as_secs_f64() * 1e3
        );
        assert!(ratio <= limit, "{name} takes too long");
    }
}

fn median(samples: usize, mut subject: impl FnMut()) -> Duration {
    let mut times: Vec<_> = (0..samples)
        .map(|_| {
            let started = Instant::now();
            subject();
            started.elapsed()
        })
        .collect();
    times.sort();
    times[samples / 2]
}
