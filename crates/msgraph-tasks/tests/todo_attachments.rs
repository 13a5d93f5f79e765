//! Files that are attached to tasks, on the emulator.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

mod todo_support;

use msgraph_emulator::Emulator;
use msgraph_tasks::{
    Error, Id, Todo,
    client::Attached,
    model::{TodoTask, TodoTaskCreate, TodoTaskList},
    v1,
};
use todo_support::todo;

async fn task(todo: &Todo) -> (Id<TodoTaskList>, Id<TodoTask>) {
    let list = todo.default_list().await.unwrap().id().unwrap().clone();
    let create = v1::me()
        .todo()
        .list(&list)
        .tasks()
        .create(TodoTaskCreate::new("File the tax return"));
    let task = todo.client().send(create).await.unwrap().id().unwrap().clone();
    (list, task)
}

/// Bytes that are not all alike.
fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|index| u8::try_from(index % 251).unwrap()).collect()
}

#[tokio::test]
async fn files_come_back_as_they_were_sent() {
    let emulator = Emulator::new();
    let (todo, _) = todo(&emulator);
    let (list, task) = task(&todo).await;
    for (name, length, is_whole) in [
        ("empty.txt", 0, true),
        ("note.txt", 12, true),
        ("scan.pdf", 5 << 20, false),
    ] {
        let content = bytes(length);
        let sent = todo
            .attach(&list, &task, name, &*content, content.len() as u64)
            .await
            .unwrap();
        assert_eq!(matches!(sent, Attached::Whole(_)), is_whole, "{name}");
        let mut read = Vec::new();
        let read_length = todo.download(&list, &task, name, &mut read).await.unwrap();
        assert_eq!(read_length, length as u64);
        assert!(read == content, "{name} came back otherwise");
    }

    let error = todo
        .download(&list, &task, "scans.pdf", &mut Vec::new())
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "no attachment is named `scans.pdf`; is it `scan.pdf`?"
    );
    todo.attach(&list, &task, "note.txt", &b"again"[..], 5).await.unwrap();
    let error = todo
        .download(&list, &task, "note.txt", &mut Vec::new())
        .await
        .unwrap_err();
    let Error::NotOne(error) = error else { panic!("{error}") };
    assert_eq!(error.candidates().len(), 2);
}

#[tokio::test]
async fn attachments_of_a_whole_list_take_a_call_for_twenty_tasks() {
    let emulator = Emulator::new();
    let (todo, calls) = todo(&emulator);
    let mut with = Vec::new();
    for number in 0..25 {
        let (list, task) = task(&todo).await;
        if number % 5 != 0 {
            todo.attach(&list, &task, "note.txt", &b"note"[..], 4).await.unwrap();
            with.push(task);
        }
    }
    let list = todo.default_list().await.unwrap().id().unwrap().clone();
    let whole = todo.whole_list(&list).await.unwrap();
    calls.take();
    let attachments = todo.attachments_of(&whole).await.unwrap();
    let of: Vec<_> = attachments
        .iter()
        .map(|(task, files)| (task.clone(), files.len()))
        .collect();
    assert_eq!(of, with.into_iter().map(|task| (task, 1)).collect::<Vec<_>>());
    assert_eq!(calls.take(), 1);
}
