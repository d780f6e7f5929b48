//! Where calls to a provider may go. Its address is typed by a customer, so it must not make this server call what is near it.
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far a provider's address may lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// https to public addresses: for what customers type.
    Public,
    /// https to any address: the vendor's own provider may stand beside us.
    Near,
    /// http on this machine, too: where we are reached by loopback ourselves, for trying out.
    Loopback,
}

impl Reach {
    /// Of a company's provider, or of the vendor's.
    pub fn of(base_url: &str, vendor: bool) -> Self {
        match (base_url.starts_with("http://"), vendor) {
            (true, _) => Reach::Loopback,
            (false, true) => Reach::Near,
            (false, false) => Reach::Public,
        }
    }

    /// Whether a host that is a number, or that a name resolved to, may be called.
    pub fn allows(self, address: IpAddr) -> bool {
        match self {
            Reach::Public => is_public(address),
            Reach::Near => !is_this_machine(address),
            Reach::Loopback => true,
        }
    }

    /// Whether an address may be called, as far as it can be read; names are judged again when they are resolved.
    pub fn allows_url(self, scheme: &str, host: &str) -> bool {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let number = bare.parse::<IpAddr>().ok();
        let here = bare == "localhost" || number.is_some_and(|ip| ip.is_loopback());
        match scheme {
            "https" => number.is_none_or(|ip| self.allows(ip)) && (self == Reach::Loopback || !here),
            "http" => self == Reach::Loopback && here,
            _ => false,
        }
    }
}

fn is_this_machine(address: IpAddr) -> bool {
    let address = address.to_canonical();
    let link_local = match address {
        IpAddr::V4(v4) => v4.is_link_local(),
        IpAddr::V6(v6) => v6.segments().first().is_some_and(|s| s & 0xffc0 == 0xfe80),
    };
    address.is_loopback() || address.is_unspecified() || address.is_multicast() || link_local
}

/// Whether an address is one of the open internet.
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => public_v4(v4),
        IpAddr::V6(v6) => public_v6(v6),
    }
}

fn public_v4(v4: Ipv4Addr) -> bool {
    let [a, b, c, _] = v4.octets();
    let special = match (a, b, c) {
        (0 | 10 | 127 | 240..=255, _, _) => true,
        (100, 64..=127, _) | (169, 254, _) | (172, 16..=31, _) | (192, 168, _) | (198, 18 | 19, _) => true,
        (192, 0, 0 | 2) | (192, 88, 99) | (198, 51, 100) | (203, 0, 113) => true,
        _ => v4.is_multicast(),
    };
    !special
}

fn public_v6(v6: Ipv6Addr) -> bool {
    // 2000::/3 is what is given out; of it, what wraps an IPv4 address (Teredo, 6to4) and what is for documents is not.
    match v6.segments() {
        [0x2001, 0, ..] | [0x2001, 0x0db8, ..] | [0x2002, ..] | [0x3fff, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_near_is_not_public() {
        for near in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "192.0.0.192",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd00::1",
            "ff02::1",
            "::ffff:10.0.0.1",
            "::ffff:127.0.0.1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "2001::1",
            "::7f00:1",
        ] {
            assert!(!is_public(near.parse().unwrap()), "{near}");
        }
        for public in
            ["1.1.1.1", "172.32.0.1", "100.63.0.1", "192.0.1.1", "2606:4700::1111", "2a00::1", "::ffff:8.8.8.8"]
        {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn a_customer_reaches_https_on_the_open_internet_only() {
        use Reach::*;
        for (reach, scheme, host, may) in [
            (Public, "https", "login.company.example", true),
            (Public, "http", "login.company.example", false),
            (Public, "https", "10.0.0.1", false),
            (Public, "https", "[::1]", false),
            (Public, "https", "localhost", false),
            (Public, "ftp", "login.company.example", false),
            (Near, "https", "10.0.0.1", true),
            (Near, "https", "169.254.169.254", false),
            (Near, "https", "127.0.0.1", false),
            (Near, "http", "10.0.0.1", false),
            (Loopback, "http", "127.0.0.1", true),
            (Loopback, "http", "localhost", true),
            (Loopback, "http", "10.0.0.1", false),
            (Loopback, "http", "login.company.example", false),
            (Loopback, "https", "login.company.example", true),
        ] {
            assert_eq!(reach.allows_url(scheme, host), may, "{reach:?} {scheme}://{host}");
        }
        assert_eq!(Reach::of("https://subscriptions.example.com", false), Public);
        assert_eq!(Reach::of("https://subscriptions.example.com", true), Near);
        assert_eq!(Reach::of("http://127.0.0.1:8080", false), Loopback);
    }
}
