//! Says where the reference data lies, which the baseline is included from.

fn main() {
    println!("cargo::rerun-if-env-changed=MSGRAPH_REFERENCE");
    let folder = std::env::var("MSGRAPH_REFERENCE").expect("MSGRAPH_REFERENCE names the folder of the reference data");
    println!("cargo::rerun-if-changed={folder}/bench/baseline_model.rs");
    println!("cargo::rustc-env=MSGRAPH_REFERENCE={folder}");
}
