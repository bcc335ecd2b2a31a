//! Address ranges, as typed and as suggested.

use std::net::IpAddr;

use ipnet::IpNet;

use super::mistakes::{Findings, Place};
use crate::config::typed::section::Section;

/// The ranges of a list: `10.0.0.0/8`, or a single address.
pub(in crate::config) fn ranges(section: &Section<'_>, key: &str, findings: &mut Findings) -> Vec<IpNet> {
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

/// Whom a source lets in that takes events without a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::config) enum Guard {
    /// Everybody.
    None,
    /// A password, or ranges in which a sender may be.
    Some,
    /// Ranges, of which this one is a machine's or a network's own: behind a proxy there, everybody has its address.
    Near(IpNet),
}

/// What ranges keep out. Every address is in one of no bits, which is none.
pub(in crate::config) fn guard(ranges: &[IpNet]) -> Guard {
    if ranges.is_empty() || ranges.iter().any(|range| range.prefix_len() == 0) {
        return Guard::None;
    }
    let is_near = |range: &&IpNet| {
        let address = range.network().to_canonical();
        address.is_loopback() || block_of(address).prefix_len() < IpNet::from(address).prefix_len()
    };
    ranges.iter().find(is_near).map_or(Guard::Some, |near| Guard::Near(*near))
}

/// The range people would allow to reach `address`: the whole private block it is in, or itself alone.
pub(in crate::config) fn block_of(address: IpAddr) -> IpNet {
    const BLOCKS: [&str; 7] =
        ["127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "::1/128", "fc00::/7"];
    let address = address.to_canonical();
    let blocks = BLOCKS.iter().filter_map(|block| block.parse::<IpNet>().ok());
    blocks.into_iter().find(|block| block.contains(&address)).unwrap_or_else(|| IpNet::from(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guards(ranges: &[&str]) -> Guard {
        guard(&ranges.iter().map(|range| range.parse().expect("a range")).collect::<Vec<_>>())
    }

    #[test]
    fn a_range_of_all_addresses_guards_nothing_and_one_of_a_proxy_is_doubtful() {
        assert_eq!(guards(&[]), Guard::None);
        assert_eq!(guards(&["192.0.2.0/24", "0.0.0.0/0"]), Guard::None);
        assert_eq!(guards(&["::/0"]), Guard::None);
        assert_eq!(guards(&["192.0.2.0/24", "2001:db8::/32"]), Guard::Some);
        for near in ["127.0.0.1/32", "10.1.2.3/32", "172.18.0.0/16", "::1/128", "fd00::/8"] {
            assert_eq!(guards(&["192.0.2.0/24", near]), Guard::Near(near.parse().expect("a range")), "{near}");
        }
    }
}
