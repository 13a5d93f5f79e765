//! ETags, in the shapes of the two services.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::store::Kind;

/// The ETag of a version, if rows of this kind have one.
pub(crate) fn etag(kind: Kind, version: u64) -> Option<String> {
    match word(kind) {
        Some(word) => Some(wrap(planner(word, version).as_bytes())),
        None => is_mailbox(kind).then(|| {
            // A change key: a constant beginning, and a number that grows.
            let mut bytes = b"msgraph-emul\0\0\0\0".to_vec();
            bytes.extend(version.to_be_bytes());
            wrap(&bytes)
        }),
    }
}

/// The version that an ETag of Planner's stands for, if it is one of this kind.
pub(crate) fn version(kind: Kind, etag: &str) -> Option<u64> {
    let inner = etag.strip_prefix("W/\"")?.strip_suffix('"')?;
    let text = String::from_utf8(STANDARD.decode(inner).ok()?).ok()?;
    let digits = text.strip_suffix('\'')?;
    let digits = digits.get(digits.len().checked_sub(16)?..)?;
    let number = digits.bytes().try_fold(0_u128, |number, digit| {
        let digit = digit.checked_sub(b'@').filter(|digit| *digit < 64)?;
        number.checked_mul(64)?.checked_add(digit.into())
    })?;
    let version = u64::try_from(number / 4).ok()?;
    // Nothing but what was given out is one.
    (planner(word(kind)?, version) == text).then_some(version)
}

fn wrap(bytes: &[u8]) -> String {
    format!("W/\"{}\"", STANDARD.encode(bytes))
}

/// The text within: the kind, and the version in sixteen characters, so that their order is that of the versions.
fn planner(word: &str, version: u64) -> String {
    let mut number = u128::from(version) * 4;
    let mut digits = [b'@'; 16];
    for digit in digits.iter_mut().rev() {
        *digit = b'@' + u8::try_from(number % 64).unwrap_or_default();
        number /= 64;
    }
    let digits = String::from_utf8_lossy(&digits);
    // The word is padded to a multiple of six, as in the samples.
    let width = word.len().div_ceil(6) * 6;
    format!("'1-{word:width$}{digits}'")
}

/// The word for a kind of Planner's.
fn word(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Plan => "Plan",
        Kind::PlanDetails => "PlanDetails",
        Kind::Bucket => "Bucket",
        Kind::Task => "Task",
        Kind::TaskDetails => "TaskDetails",
        Kind::AssignedFormat => "AssignedToTaskBoardTaskFormat",
        Kind::BucketFormat => "BucketTaskBoardTaskFormat",
        Kind::ProgressFormat => "ProgressTaskBoardTaskFormat",
        Kind::PlannerUser => "UserDetails",
        Kind::Roster => "Roster",
        Kind::RosterMember => "RosterMember",
        Kind::HistoryItem => "HistoryItem",
        _ => return None,
    })
}

fn is_mailbox(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::List
            | Kind::TodoTask
            | Kind::ChecklistItem
            | Kind::LinkedResource
            | Kind::Attachment
            | Kind::Extension
            | Kind::BaseTask
            | Kind::BaseTaskList
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// E2: the shape of the documented samples, and an order that is that of the versions.
    #[test]
    fn e2_etags_have_the_real_shape_and_order() {
        assert_eq!(
            etag(Kind::Task, 1).unwrap(),
            "W/\"JzEtVGFzayAgQEBAQEBAQEBAQEBAQEBARCc=\""
        );
        assert_eq!(
            etag(Kind::Task, 2).unwrap(),
            "W/\"JzEtVGFzayAgQEBAQEBAQEBAQEBAQEBASCc=\""
        );
        assert_eq!(
            etag(Kind::Bucket, 1).unwrap(),
            "W/\"JzEtQnVja2V0QEBAQEBAQEBAQEBAQEBARCc=\""
        );
        let mut before = String::new();
        for number in [1, 2, 15, 16, 17, 1023, 1024, 1_000_000, u64::MAX] {
            let text = planner("Task", number);
            assert!(text > before, "{number}");
            before = text;
            let etag = etag(Kind::Task, number).unwrap();
            assert_eq!(version(Kind::Task, &etag), Some(number));
            assert_eq!(version(Kind::TaskDetails, &etag), None, "E4");
        }
        for garbage in [
            "",
            "*",
            "W/\"\"",
            "W/\"JzEtVGFzayAg\"",
            "W/\"!\"",
            "JzEtVGFzayAgQEBAQEBAQEBAQEBAQEBARCc=",
        ] {
            assert_eq!(version(Kind::Task, garbage), None, "{garbage}");
        }
    }
}
