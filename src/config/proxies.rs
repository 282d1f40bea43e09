//! `[proxies]`: whose word is believed on what clients asked for before it was passed on.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The proxies in front of this server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Proxies {
    /// Their addresses, or networks such as `10.0.0.0/8`. Nobody else is believed.
    #[serde(deserialize_with = "networks", serialize_with = "texts")]
    pub trusted: Vec<IpNet>,
    /// What they say it with.
    pub header: ForwardedBy,
}

/// The headers that tell of a request before it was passed on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ForwardedBy {
    /// `X-Forwarded-For`, `X-Forwarded-Host`, `X-Forwarded-Proto`.
    #[default]
    XForwarded,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

impl Proxies {
    /// Whether `address` is one of them.
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.trusted.iter().any(|network| network.contains(&address))
    }
}

fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let network = |text: &String| {
        text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).map_err(|_| {
            serde::de::Error::custom(format!("\"{text}\" is not an address, nor a network such as \"10.0.0.0/8\""))
        })
    };
    texts.iter().map(network).collect()
}

fn texts<S: Serializer>(networks: &[IpNet], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(networks.iter().map(ToString::to_string))
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;

    #[test]
    fn addresses_and_networks_are_trusted_in_either_form() {
        let text = "[proxies]\ntrusted = [\"10.0.0.0/8\", \"::1\", \"192.0.2.7\"]\nheader = \"forwarded\"";
        let proxies = Config::parse(text).unwrap().proxies;
        assert_eq!(proxies.header, ForwardedBy::Forwarded);
        let trusts = |address: &str| proxies.trusts(address.parse().unwrap());
        assert!(trusts("10.1.2.3") && trusts("::ffff:10.1.2.3") && trusts("::1") && trusts("192.0.2.7"));
        assert!(!trusts("192.0.2.8") && !trusts("::2") && !trusts("11.0.0.1"));
        let message = Config::parse("[proxies]\ntrusted = [\"proxy.example\"]").unwrap_err().to_string();
        assert!(message.contains("line 2") && message.contains("proxy.example"), "{message}");
    }
}
