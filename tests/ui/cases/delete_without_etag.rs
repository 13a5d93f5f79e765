//! A deletion needs the version that it deletes.

use msgraph_core::Id;
use msgraph_request::v1;

fn main() {
    let id = Id::new("01gzSlKkIUSUl6DF_EilrmQAKDhh");
    let _ = v1::planner().task(&id).delete();
}
