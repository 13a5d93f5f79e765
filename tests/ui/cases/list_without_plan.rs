//! Tasks are listed by plan; the service refuses a list of all.

use msgraph_request::v1;

fn main() {
    let _ = v1::planner().tasks().list();
}
