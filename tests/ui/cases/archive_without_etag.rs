//! An action that changes a plan needs its ETag.
use msgraph_core::Id;
use msgraph_request::beta;

fn main() {
    let _ = beta::planner().plan(&Id::new("p")).archive(Some("done"));
}
