//! A zip archive around members that are packed already; the fuzz targets use it as well. No
//! checksum is read by the importer, so none is made.

/// A member as it stands in the file.
pub struct Member<'a> {
    pub name: &'a str,
    /// 0 is stored, 8 deflated.
    pub method: u8,
    pub packed: &'a [u8],
    /// Bytes it says it has when unpacked.
    pub unpacked_len: usize,
}

/// The archive.
pub fn zip(members: &[Member]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for member in members {
        let mut header = vec![20, 0, 0, 0, member.method, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        header.extend((member.packed.len() as u32).to_le_bytes());
        header.extend((member.unpacked_len as u32).to_le_bytes());
        header.extend((member.name.len() as u16).to_le_bytes());
        header.extend([0, 0]);
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&header);
        directory.extend([0; 10]);
        directory.extend((file.len() as u32).to_le_bytes());
        directory.extend(member.name.as_bytes());
        file.extend(b"PK\x03\x04");
        file.extend(&header);
        file.extend(member.name.as_bytes());
        file.extend(member.packed);
    }
    let at = file.len() as u32;
    file.extend(&directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    for _ in 0..2 {
        file.extend((members.len() as u16).to_le_bytes());
    }
    file.extend((directory.len() as u32).to_le_bytes());
    file.extend(at.to_le_bytes());
    file.extend([0, 0]);
    file
}
