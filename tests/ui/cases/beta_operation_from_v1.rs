//! What only beta has cannot be asked of v1.0.
use msgraph_core::Id;
use msgraph_request::v1;

fn main() {
    let _ = v1::planner().plan(&Id::new("p")).get_usage_rights();
}
