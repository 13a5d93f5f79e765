//! A list of tasks is not filtered by what lists have.

use msgraph_core::{Filter, Id};
use msgraph_model::TodoTaskList;
use msgraph_request::v1;

fn main() {
    let filter = Filter::eq(TodoTaskList::DISPLAY_NAME, "Home");
    let _ = v1::me().todo().list(&Id::new("l")).tasks().list().filter(filter);
}
