//! When an X.509 certificate ends (RFC 5280, section 4.1.2.5), read straight from its DER.

use release::Timestamp;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// When the first certificate of a PEM file ends; `None` if there is none that can be read.
pub(crate) fn not_after(pem: &[u8]) -> Option<Timestamp> {
    let certificate = CertificateDer::from_pem_slice(pem).ok()?;
    let (outer, _) = element(&certificate)?;
    let (body, _) = element(outer.content)?;
    let mut rest = body.content;
    // The version is optional; then serial number, algorithm and issuer come before the validity.
    let (first, after) = element(rest)?;
    if first.tag == 0xa0 {
        rest = after;
    }
    for _ in 0..3 {
        rest = element(rest)?.1;
    }
    let (validity, _) = element(rest)?;
    let (_, after) = element(validity.content)?;
    let (end, _) = element(after)?;
    moment(&end)
}

struct Element<'a> {
    tag: u8,
    content: &'a [u8],
}

/// The first element of some DER and what comes after it.
fn element(der: &[u8]) -> Option<(Element<'_>, &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (first, mut rest) = rest.split_first()?;
    let mut length = usize::from(*first);
    if length >= 0x80 {
        let count = length & 0x7f;
        if count > 4 || rest.len() < count {
            return None;
        }
        let (digits, after) = rest.split_at(count);
        length = digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit));
        rest = after;
    }
    if rest.len() < length {
        return None;
    }
    let (content, after) = rest.split_at(length);
    Some((Element { tag: *tag, content }, after))
}

/// UTCTime has two digits of the year (50 to 99 are of the last century), GeneralizedTime four.
fn moment(time: &Element<'_>) -> Option<Timestamp> {
    let text = std::str::from_utf8(time.content).ok()?;
    let full = match time.tag {
        0x17 if text.get(..2)? >= "50" => format!("19{text}"),
        0x17 => format!("20{text}"),
        0x18 => text.to_owned(),
        _ => return None,
    };
    let part = |from: usize, to: usize| full.get(from..to);
    let text = format!(
        "{}-{}-{}T{}:{}:{}Z",
        part(0, 4)?,
        part(4, 6)?,
        part(6, 8)?,
        part(8, 10)?,
        part(10, 12)?,
        part(12, 14)?
    );
    crate::workloads::moment(&text)
}
