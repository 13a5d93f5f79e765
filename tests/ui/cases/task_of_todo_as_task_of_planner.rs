//! A task of To Do is no task of Planner.

use msgraph_core::Id;
use msgraph_model::TodoTask;
use msgraph_request::v1;

fn read(task: &Id<TodoTask>) {
    let _ = v1::planner().task(task).get();
}

fn main() {}
