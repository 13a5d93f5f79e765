//! Names that follow from what they name, so that doing something twice gives the same name.

/// The 128 bits of FNV-1a, which need no library and are the same in every build.
pub(crate) fn hash<'t>(texts: impl IntoIterator<Item = &'t str>) -> u128 {
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let mut hash = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    for text in texts {
        // The zero keeps `ab`, `c` and `a`, `bc` apart.
        for byte in text.bytes().chain([0]) {
            hash = (hash ^ u128::from(byte)).wrapping_mul(PRIME);
        }
    }
    hash
}

/// A GUID for a checklist item of a task, by its place. Planner lets clients choose it; chosen so, an update that is sent again
/// sets the same items.
pub(crate) fn checklist_item(task: &str, place: usize) -> String {
    let hex = format!("{:032x}", hash([task, &place.to_string()]));
    let part = |from, to| hex.get(from..to).unwrap_or_default();
    // The digits that tell version 8, that of names which an application makes by its own rule, and the variant.
    format!(
        "{}-{}-8{}-a{}-{}",
        part(0, 8),
        part(8, 12),
        part(13, 16),
        part(17, 20),
        part(20, 32)
    )
}

/// The first key of this letter that is not taken.
pub(crate) fn free_key<'k>(letter: char, taken: impl Iterator<Item = &'k str>) -> String {
    let numbers = taken.filter_map(|key| key.strip_prefix(letter)?.parse::<u64>().ok());
    format!("{letter}{}", numbers.max().unwrap_or_default().saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_fnv_1a() {
        // The published vector for "a", with the zero that ends a text.
        const A: u128 = 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964;
        assert_eq!(hash(["a"]), A.wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b));
    }

    #[test]
    fn items_have_guids_of_their_own() {
        let one = checklist_item("task", 0);
        assert_eq!(one, checklist_item("task", 0));
        assert_ne!(one, checklist_item("task", 1));
        assert_ne!(one, checklist_item("other", 0));
        assert_eq!(one.len(), 36);
        assert_eq!(&one[14..15], "8");
        assert_eq!(&one[19..20], "a");
    }
}
