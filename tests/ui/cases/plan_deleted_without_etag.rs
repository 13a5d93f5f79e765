//! A plan is deleted in the version that was read.

use msgraph_core::Id;
use msgraph_request::v1;

fn main() {
    let _ = v1::planner().plan(&Id::new("p")).delete();
}
