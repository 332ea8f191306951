//! Archives for the tests of the importer, which reads no checksum: none is made.

mod container;

use container::Member;
use miniz_oxide::deflate::compress_to_vec;

/// A gzip file.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut file = b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec();
    file.extend(compress_to_vec(bytes, 6));
    file.extend([0; 8]);
    file
}

/// A zip archive of deflated members.
pub fn zip(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let packed: Vec<Vec<u8>> = members
        .iter()
        .map(|(_, bytes)| compress_to_vec(bytes, 6))
        .collect();
    let members = members.iter().zip(&packed);
    let members: Vec<Member> = members
        .map(|((name, bytes), packed)| Member {
            name,
            method: 8,
            packed,
            unpacked_len: bytes.len(),
        })
        .collect();
    container::zip(&members)
}
