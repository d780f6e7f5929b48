//! Style sheet, modules, icons and fonts, embedded in the binary. All live under one prefix that is made from their
//! bytes: modules find each other by relative path, and every answer may be kept for good.
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// How long a browser may keep an asset: its address changes with its bytes.
pub const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

/// One embedded file.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// Path below `web/`.
    pub name: &'static str,
    /// For the Content-Type header.
    pub content_type: &'static str,
    /// What is in it.
    pub bytes: &'static [u8],
}

macro_rules! assets {
    ($($name:literal $content_type:ident)*) => {
        /// Every embedded file.
        pub const ASSETS: &[Asset] = &[$(Asset {
            name: $name,
            content_type: $content_type,
            bytes: include_bytes!(concat!("../../web/", $name)),
        }),*];
    };
}

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";
const WOFF2: &str = "font/woff2";
const TEXT: &str = "text/plain; charset=utf-8";

assets! {
    "style.css" CSS
    "app.js" JS
    "assign.js" JS
    "combobox.js" JS
    "company.js" JS
    "dom.js" JS
    "finish.js" JS
    "palette.js" JS
    "passkey.js" JS
    "people.js" JS
    "table.js" JS
    "icon.svg" SVG
    "fonts/inter-latin.woff2" WOFF2
    "fonts/inter-latin-ext.woff2" WOFF2
    "fonts/inter-greek.woff2" WOFF2
    "fonts/inter-cyrillic.woff2" WOFF2
    "fonts/inter-serial.woff2" WOFF2
    "fonts/LICENSE-OFL.txt" TEXT
}

/// Modules that a few pages name themselves; no other page loads them.
const ALONE: &[&str] = &["company.js", "finish.js", "passkey.js"];

/// The symbols that each page carries once, so that an icon is a reference of a few bytes.
pub const ICONS: &str = include_str!("../../web/icons.svg");

/// The first 12 hex digits of the SHA-256 over all names and bytes.
static PREFIX: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for asset in ASSETS {
        hash.update(asset.name);
        hash.update([0]);
        hash.update(u64::try_from(asset.bytes.len()).unwrap_or(0).to_be_bytes());
        hash.update(asset.bytes);
    }
    hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
});

/// The part of the address that changes with the files: `/assets/{prefix}/…`.
pub fn prefix() -> &'static str {
    &PREFIX
}

/// Where a file is served: `url("style.css")` → `/assets/0123456789ab/style.css`.
pub fn url(name: &str) -> String {
    format!("/assets/{}/{name}", prefix())
}

/// The file of a request for `/assets/{prefix}/{name}`; nothing for another prefix, so that an old page never mixes
/// old and new modules.
pub fn find(prefix: &str, name: &str) -> Option<&'static Asset> {
    if prefix != self::prefix() {
        return None;
    }
    ASSETS.iter().find(|asset| asset.name == name)
}

/// The modules that a page needs, for `modulepreload`: without it a browser would find them one after the other.
pub fn modules() -> impl Iterator<Item = &'static str> {
    ASSETS.iter().map(|asset| asset.name).filter(|name| name.ends_with(".js") && !ALONE.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_asset_is_found_under_its_own_prefix_only() {
        let address = url("style.css");
        let mut parts = address.trim_start_matches("/assets/").splitn(2, '/');
        let (prefix, name) = (parts.next().unwrap(), parts.next().unwrap());
        assert_eq!(prefix.len(), 12);
        assert_eq!(find(prefix, name).unwrap().content_type, CSS);
        assert!(find("000000000000", name).is_none() && find(prefix, "../Cargo.toml").is_none());
    }

    #[test]
    fn modules_stay_within_their_budget() {
        let size: usize =
            ASSETS.iter().filter(|asset| modules().any(|name| name == asset.name)).map(|asset| asset.bytes.len()).sum();
        assert!(size <= 20 * 1024, "{size} bytes of modules");
    }

    #[test]
    fn every_font_and_module_that_is_named_is_embedded() {
        let text = |name: &str| {
            let asset = ASSETS.iter().find(|asset| asset.name == name).unwrap();
            String::from_utf8(asset.bytes.to_vec()).unwrap()
        };
        let css = text("style.css");
        let fonts: Vec<&str> = css.split("src: url(\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert_eq!(fonts.len(), 5);
        let mut named: Vec<String> = fonts.into_iter().map(str::to_owned).collect();
        for module in modules() {
            let source = text(module);
            named.extend(source.split("from './").skip(1).map(|rest| rest.split('\'').next().unwrap().to_owned()));
        }
        for name in named {
            assert!(ASSETS.iter().any(|asset| asset.name == name), "{name}");
        }
    }
}
