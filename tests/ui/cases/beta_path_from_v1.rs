//! A path that only beta has does not begin in v1.0.
use msgraph_core::Id;
use msgraph_request::v1;

fn main() {
    let _ = v1::planner().roster(&Id::new("r")).get();
}
