//! The words of an expression.

/// A word, and where it begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) position: usize,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// A name, a path, a number or a date.
    Word(String),
    /// A text in quotes.
    Text(String),
    Open,
    Close,
    Comma,
    Colon,
}

/// Splits an expression into its words. What is none is told by its position.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, usize> {
    let mut tokens = Vec::new();
    let mut letters = text.char_indices().peekable();
    while let Some((position, letter)) = letters.next() {
        let kind = match letter {
            letter if letter.is_whitespace() => continue,
            '(' => Kind::Open,
            ')' => Kind::Close,
            ',' => Kind::Comma,
            ':' => Kind::Colon,
            '\'' => {
                let mut content = String::new();
                loop {
                    match letters.next() {
                        // A quote within is doubled.
                        Some((_, '\'')) if letters.next_if(|(_, next)| *next == '\'').is_some() => content.push('\''),
                        Some((_, '\'')) => break Kind::Text(content),
                        Some((_, letter)) => content.push(letter),
                        None => return Err(position),
                    }
                }
            }
            letter if is_in_word(letter) || letter == '-' => {
                // A date has colons and signs; a name has none.
                let is_number = letter.is_ascii_digit() || letter == '-';
                let belongs = |letter: char| is_in_word(letter) || is_number && matches!(letter, '-' | '+' | ':');
                let mut word = String::from(letter);
                while let Some((_, letter)) = letters.next_if(|(_, letter)| belongs(*letter)) {
                    word.push(letter);
                }
                Kind::Word(word)
            }
            _ => return Err(position),
        };
        tokens.push(Token { position, kind });
    }
    Ok(tokens)
}

fn is_in_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '/' | '$')
}
