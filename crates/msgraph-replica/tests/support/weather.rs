//! What goes wrong between the replica and the service.

use fastrand::Rng;
use msgraph_emulator::{Chaos, Effect, Expiry, Fault, Match, RetryAfter};

/// A rule by which requests of Adele's go wrong for a while.
pub(crate) fn rule(random: &mut Rng, name: &str) -> Fault {
    let effects = [
        Effect::DropBefore,
        Effect::ResetConnection,
        Effect::ApplyThenDrop,
        Effect::TruncateBody {
            bytes: random.usize(..400),
        },
        Effect::Throttle {
            retry_after: retry_after(random),
        },
        Effect::UnknownError,
        status(503, ""),
        status(500, "generalException"),
        status(502, ""),
        status(401, "InvalidAuthenticationToken"),
        status(403, "accessDenied"),
        status(404, "notFound"),
        Effect::Delay {
            milliseconds: random.u64(..5_000),
        },
    ];
    let [.., hidden, missing, _] = &effects;
    let effect = random.choice(&effects).expect("an effect").clone();
    // An object that may not be seen is passed over: only what is fed may be refused so without leaving a gap.
    let is_passed_over = effect == *hidden || effect == *missing;
    let fed = [
        "/me/planner/all/delta",
        "/me/todo/lists/delta",
        "/me/todo/lists/*/tasks/delta",
    ];
    // Not the creation of a plan: one that nobody knows of is shared with nobody, and so in no feed.
    let read = [
        "/me/**",
        "/$batch",
        "/planner/tasks/**",
        "/planner/buckets/**",
        "/planner/plans/*/**",
    ];
    let path = if is_passed_over || random.bool() {
        random.choice(fed)
    } else {
        random.choice(read)
    };
    let matching = Match {
        path: path.map(str::to_owned),
        principal: Some("adele@contoso.example".to_owned()),
        nth: random.bool().then(|| random.u64(1..12)),
        times: Some(random.u64(1..8)),
        probability: Some(0.3 + 0.7 * random.f64()),
        ..Match::default()
    };
    Fault {
        name: name.to_owned(),
        matching,
        effect,
        matched: 0,
        hits: 0,
    }
}

fn status(status: u16, code: &str) -> Effect {
    Effect::Status {
        status,
        code: code.to_owned(),
        message: String::new(),
        headers: [].into(),
    }
}

fn retry_after(random: &mut Rng) -> RetryAfter {
    match random.u8(..4) {
        0 => RetryAfter::None,
        1 => RetryAfter::Seconds(random.u64(..20)),
        2 => RetryAfter::Milliseconds(random.u64(..20_000)),
        _ => RetryAfter::Date(random.u64(..20)),
    }
}

/// What the feeds do to whoever follows them, but for what no one could make good.
pub(crate) fn chaos(random: &mut Rng) -> Chaos {
    let mut chaos = Chaos::default();
    chaos.replay = if random.bool() { random.u64(..6) } else { 0 };
    chaos.duplicate = random.u8(..4) == 0;
    chaos.empty_pages = if random.u8(..3) == 0 { random.u64(1..3) } else { 0 };
    chaos.oversized_pages = random.u8(..6) == 0;
    chaos.endless_link = random.u8(..12) == 0;
    chaos.foreign_links = random.u8(..12) == 0;
    chaos.churn = random.u8(..4) == 0;
    chaos.delay = if random.u8(..4) == 0 { random.u64(..200) } else { 0 };
    chaos
}

/// A way to say that links are no longer good.
pub(crate) fn spelling(random: &mut Rng) -> Expiry {
    random.choice(Expiry::ALL).expect("a spelling")
}
