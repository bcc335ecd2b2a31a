//! Address ranges, as typed and as suggested.

use std::net::IpAddr;

use ipnet::IpNet;

use super::mistakes::{Findings, Place};
use super::section::Section;

/// The ranges of a list: `10.0.0.0/8`, or a single address.
pub(super) fn ranges(section: &Section<'_>, key: &str, findings: &mut Findings) -> Vec<IpNet> {
    let texts = section.texts(key, findings);
    if section.is_list(key) && section.items(key).is_empty() {
        let what = format!("`{key}` of {} is empty", section.title);
        findings.mistake(&section.place_of(key), what, "name a range, or remove it");
    }
    let read = |(text, place): (&str, Place), findings: &mut Findings| {
        let range = text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
        if range.is_none() {
            let what = format!("`{key}` of {} has a text that is no address range", section.title);
            findings.mistake(&place, what, "write an address and how many bits of it count: \"10.0.0.0/8\"");
        }
        range
    };
    texts.into_iter().filter_map(|text| read(text, findings)).collect()
}

/// The range people would allow to reach `address`: the whole private block it is in, or itself alone.
pub(super) fn block_of(address: IpAddr) -> IpNet {
    const BLOCKS: [&str; 7] =
        ["127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "::1/128", "fc00::/7"];
    let address = address.to_canonical();
    let blocks = BLOCKS.iter().filter_map(|block| block.parse::<IpNet>().ok());
    blocks.into_iter().find(|block| block.contains(&address)).unwrap_or_else(|| IpNet::from(address))
}
