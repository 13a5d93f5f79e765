//! What `cargo msgraph generate` does with a manifest.

use std::fs;

use msgraph_codegen::{
    CoreDependency,
    tool::{Generate, Setting},
};
use tests::{check_workspace, read, repository};

/// A slice uses the types of another one, by the path of their list.
#[test]
fn one_slice_refers_to_another() {
    let folder = tempfile::tempdir().unwrap();
    let at = |path: &str| folder.path().join(path);
    let metadata = repository().join("tests/golden/reference/input.csdl.xml");
    fs::copy(metadata, at("graph.xml")).unwrap();
    let manifest = r#"
[[slice]]
metadata = { "v1.0" = "graph.xml" }
types = ["microsoft.graph.itemBody"]
out = "bodies"

[[slice]]
metadata = { "v1.0" = "graph.xml" }
roots = ["meetings/**"]
reference = ["bodies/model/types.txt"]
out = "meetings"
"#;
    fs::write(at("msgraph.toml"), manifest).unwrap();
    let setting = Setting {
        folder: folder.path().to_owned(),
        manifest: "msgraph.toml".into(),
        core: CoreDependency::Path(repository().join("crates/msgraph-core").display().to_string()),
        overlay: None,
        docs: None,
    };
    // The list is read before anything is written, so it has to be there.
    let first = manifest.split("[[slice]]").nth(1).unwrap();
    fs::write(at("first.toml"), format!("[[slice]]{first}")).unwrap();
    let only_first = Setting {
        manifest: "first.toml".into(),
        ..setting.clone()
    };
    Generate::manifest(false).run(&only_first).unwrap();
    Generate::manifest(false).run(&setting).unwrap();
    Generate::manifest(true).run(&setting).unwrap();
    let types = read(&at("meetings/model/src/lib.rs"));
    assert!(types.contains("pub use bodies_model::{BodyType, ItemBody};"), "{types}");
    check_workspace(&at("meetings"));
}
