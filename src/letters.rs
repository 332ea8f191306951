//! Small letters without the tables of the standard library, which take 24 kB of every page.

/// Small letters of the alphabets that headings and file names are written in: Latin, Greek,
/// Cyrillic and full-width. Everything else stays as it is.
pub fn lowercase(text: &str) -> String {
    let mut small_text = String::with_capacity(text.len());
    for letter in text.chars() {
        small_text.push(small(letter));
    }
    small_text
}

fn small(letter: char) -> char {
    if letter.is_ascii() {
        return letter.to_ascii_lowercase();
    }
    let distance = match letter {
        'À'..='Ö' | 'Ø'..='Þ' | 'Α'..='Ρ' | 'Σ'..='Ϋ' | 'А'..='Я' | 'Ａ'..='Ｚ' => 32,
        'Ѐ'..='Џ' => 80,
        // Capital and small letters take turns.
        'Ā'..='į' | 'Ĳ'..='ķ' | 'Ŋ'..='ŷ' => 1 - u32::from(letter) % 2,
        'Ĺ'..='ň' | 'Ź'..='ž' => u32::from(letter) % 2,
        _ => 0,
    };
    char::from_u32(u32::from(letter) + distance).unwrap_or(letter)
}

/// Whether a letter moves, hides or reorders what is printed around it: control characters, and
/// marks without width or for the direction of writing. A stranger's name has none of them.
pub fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::lowercase;

    #[test]
    fn letters_of_the_known_alphabets_are_as_in_the_standard() {
        let known = ('\0'..='\u{17f}')
            .chain('\u{391}'..='\u{3ab}')
            .chain('\u{400}'..='\u{45f}')
            .chain('\u{ff00}'..='\u{ff5e}')
            .chain('一'..='丂');
        for letter in known.filter(|letter| !matches!(letter, 'İ' | 'Ÿ')) {
            let expected: String = letter.to_lowercase().collect();
            assert_eq!(lowercase(&letter.to_string()), expected, "{letter:?}");
        }
    }
}
