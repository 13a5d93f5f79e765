//! Places in a text, and its edits.

use std::ops::Range;

use roxmltree::Node;

/// Where the tag that an element begins with stands.
pub(super) fn tag_range(text: &str, node: Node<'_, '_>) -> Range<usize> {
    let Range { start, end } = node.range();
    let mut quote = None;
    for (offset, letter) in text.get(start..end).unwrap_or_default().char_indices() {
        match (quote, letter) {
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), _) if open == letter => quote = None,
            (None, '>') => return start..start + offset + 1,
            _ => {}
        }
    }
    start..end
}

/// Lines, each on its own after what stands before.
pub(super) fn indented(lines: &[String], indent: &str) -> String {
    lines.iter().flat_map(|line| ["\n", indent, line]).collect()
}

/// What stands before an element in its line.
pub(super) fn indentation(text: &str, start: usize) -> &str {
    let before = text.get(..start).unwrap_or_default();
    let line = before
        .rfind('\n')
        .map_or(before, |newline| before.get(newline + 1..).unwrap_or_default());
    let end = line.find(|letter: char| !letter.is_whitespace()).unwrap_or(line.len());
    line.get(..end).unwrap_or_default()
}

pub(super) fn apply(text: &str, mut edits: Vec<(Range<usize>, String)>) -> String {
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut result = String::new();
    let mut position = 0;
    for (range, new) in edits {
        result.push_str(text.get(position..range.start).unwrap_or_default());
        result.push_str(&new);
        position = range.end.max(position);
    }
    result + text.get(position..).unwrap_or_default()
}
