//! A small archive that any computer opens: what the demo's releases consist of.
const BLOCK: usize = 512;

/// A tar archive with one text in it (POSIX.1-1988, which all of them read).
pub(super) fn tar(name: &str, text: &str) -> Vec<u8> {
    let mut head = Vec::with_capacity(BLOCK);
    let mut field = |value: String, width: usize| {
        let mut bytes = value.into_bytes();
        bytes.resize(width, 0);
        head.extend(bytes);
    };
    field(name.to_owned(), 100);
    field("0000644".to_owned(), 8);
    field("0000000".to_owned(), 8);
    field("0000000".to_owned(), 8);
    field(format!("{:011o}", text.len()), 12);
    field("00000000000".to_owned(), 12);
    // The sum counts its own field as blanks.
    field("        ".to_owned(), 8);
    field("0".to_owned(), 1);
    field(String::new(), 100);
    field("ustar\u{0}00".to_owned(), 8);
    field(String::new(), BLOCK - 265);
    let sum: u32 = head.iter().map(|byte| u32::from(*byte)).sum();
    let sum = format!("{sum:06o}\u{0} ");
    head.splice(148..156, sum.into_bytes());
    let mut all = head;
    all.extend(text.bytes());
    // To a whole block, and two empty ones at the end.
    let whole = all.len().div_ceil(BLOCK) * BLOCK;
    all.resize(whole + 2 * BLOCK, 0);
    all
}

#[cfg(test)]
mod tests {
    use super::tar;
    use std::io::Write;
    use std::process::{Command, Stdio};

    #[test]
    fn tar_opens_it() {
        let mut child =
            Command::new("tar").args(["-xOf", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(&tar("READ ME.txt", "What is new.\n")).unwrap();
        let out = child.wait_with_output().unwrap();
        assert!(out.status.success());
        assert_eq!(String::from_utf8_lossy(&out.stdout), "What is new.\n");
    }
}
