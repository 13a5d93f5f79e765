//! The service, as a process.

use msgraph_emulator::{Emulator, Seed};

/// Says where it listens, and answers until it is killed.
pub(crate) async fn run() {
    let mut seed = Seed::demo();
    // Pages are small, so that there are many.
    (seed.config.page_size, seed.config.delta_page_size) = (20, 20);
    // What was asked for is not looked at here.
    seed.config.log_size = 1;
    let emulator = Emulator::seeded(&seed).expect("the seed is good");
    let server = emulator.listen("127.0.0.1:0").await.expect("a port");
    println!("{}", server.url());
    std::future::pending::<()>().await;
}
