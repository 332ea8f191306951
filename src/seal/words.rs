//! Fingerprint words: what two people compare by phone before they trust a key.

use sha2::{Digest, Sha256};

/// 1024 short, common English words, sorted; homophones were left out. The list is part of the
/// format: changing it changes everybody's words.
const LIST: &str = include_str!("words.txt");
const N_WORDS: usize = 1024;

/// Eight words (80 bits) for a key thumbprint or any other name of a thing.
///
/// The words come from SHA-256 of the text, ten bits each, most significant first.
pub fn words(text: &str) -> String {
    let list: Vec<&str> = LIST.split_whitespace().collect();
    let digest = Sha256::digest(text.as_bytes());
    let mut bits: u128 = 0;
    for byte in digest.iter().take(10) {
        bits = bits << 8 | u128::from(*byte);
    }
    let mut chosen = Vec::with_capacity(8);
    for i in (0..8).rev() {
        let index = (bits >> (10 * i)) as usize % N_WORDS;
        chosen.push(list.get(index).copied().unwrap_or_default());
    }
    chosen.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_short_and_of_the_right_length() {
        let list: Vec<&str> = LIST.split_whitespace().collect();
        assert_eq!(list.len(), N_WORDS);
        assert!(list.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(list.iter().all(|word| (2..=6).contains(&word.len())));
    }

    #[test]
    fn words_are_fixed() {
        // SHA-256 of "" starts e3b0c442 98..., in tens of bits: 910, 780, 272.
        let list: Vec<&str> = LIST.split_whitespace().collect();
        let first: Vec<&str> = [910, 780, 272].map(|i| list[i]).to_vec();
        let words = words("");
        let found: Vec<&str> = words.split(' ').collect();
        assert_eq!(found.len(), 8);
        assert_eq!(found[..3], first[..]);
    }
}
