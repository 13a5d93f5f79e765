//! Planner accepts query options on its lists, and ignores them.

use msgraph_core::Id;
use msgraph_request::v1;

fn main() {
    let _ = v1::planner().plan(&Id::new("p")).tasks().list().top(10);
}
