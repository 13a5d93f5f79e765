//! Names that are like one that was looked for.

/// The names that are most like a text, the nearest first: no more than a few, and none that is far from it.
pub(crate) fn near<'n>(text: &str, names: impl IntoIterator<Item = &'n str>) -> Vec<&'n str> {
    let text = text.to_lowercase();
    let mut near: Vec<_> = names
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&text, &name.to_lowercase()), name))
        .filter(|(likeness, _)| *likeness >= LIKE)
        .collect();
    near.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(other.1)));
    near.into_iter().map(|(_, name)| name).take(MOST).collect()
}

/// How many names are worth reading.
const MOST: usize = 3;

/// Above this, a name is one that may have been meant.
const LIKE: f64 = 0.85;

#[cfg(test)]
mod tests {
    use super::near;

    #[test]
    fn what_may_have_been_meant_comes_first() {
        let names = ["Europe/Berlin", "Europe/Dublin", "Asia/Tokyo"];
        assert_eq!(near("europe/berln", names).first(), Some(&"Europe/Berlin"));
        assert_eq!(near("Groceries", names), [""; 0]);
        assert_eq!(near("", names), [""; 0]);
    }
}
