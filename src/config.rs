//! Settings: each is a flag, an environment variable `SUBSCRIPTION_CENTER_<FLAG>` and a key of the TOML file, in that order.
use clap::Args;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::PathBuf;

/// What every command takes.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Settings {
    /// TOML file with any of these settings
    #[arg(long, global = true, env = "SUBSCRIPTION_CENTER_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
    /// sqlite:FILE or postgres://… [default: sqlite:data/subscription-center.db]
    #[arg(long, global = true, env = "SUBSCRIPTION_CENTER_DATABASE", value_name = "ADDRESS")]
    pub database: Option<String>,
    /// The vendor's time zone, kept from the first start [default: UTC]
    #[arg(long, global = true, env = "SUBSCRIPTION_CENTER_TIME_ZONE", value_name = "ZONE")]
    pub time_zone: Option<String>,
    /// Where people reach it, for links in mail [default: http://LISTEN]
    #[arg(long, global = true, env = "SUBSCRIPTION_CENTER_BASE_URL", value_name = "URL")]
    pub base_url: Option<String>,
    /// Address and port to serve on [default: 127.0.0.1:8080]
    #[arg(long, global = true, env = "SUBSCRIPTION_CENTER_LISTEN", value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// How mail leaves: log, smtp://… or smtps://… [default: log]
    #[arg(long, global = true, env = "SUBSCRIPTION_CENTER_MAIL", value_name = "TRANSPORT")]
    pub mail: Option<String>,
    /// Name of the vendor, as pages and mails say it
    #[arg(long, global = true, env = "SUBSCRIPTION_CENTER_VENDOR", value_name = "NAME")]
    pub vendor: Option<String>,
    /// Whom customers call
    #[arg(long, global = true, env = "SUBSCRIPTION_CENTER_PHONE", value_name = "NUMBER")]
    pub phone: Option<String>,
    /// Whom customers write to
    #[arg(long, global = true, env = "SUBSCRIPTION_CENTER_CONTACT_EMAIL", value_name = "ADDRESS")]
    pub contact_email: Option<String>,
    /// File with at least 32 random characters: the key for secrets that must be kept, such as those of sign-in providers
    #[arg(long, global = true, env = "SUBSCRIPTION_CENTER_SECRET_KEY_FILE", value_name = "FILE")]
    pub secret_key_file: Option<PathBuf>,
    /// Where files are: file:DIRECTORY or s3://BUCKET/PREFIX, with the usual AWS_… variables [default: file:data/files]
    #[arg(long, global = true, env = "SUBSCRIPTION_CENTER_FILES", value_name = "ADDRESS")]
    pub files: Option<String>,
    /// Let browsers fetch from the bucket itself, by links that it signs
    #[arg(long, global = true, env = "SUBSCRIPTION_CENTER_PRESIGNED_LINKS", action = clap::ArgAction::SetTrue)]
    pub presigned_links: bool,
    /// File with the key that signs artifacts; made where it is missing [default: signing.key beside the SQLite database, else data/signing.key]
    #[arg(long, global = true, env = "SUBSCRIPTION_CENTER_SIGNING_KEY_FILE", value_name = "FILE")]
    pub signing_key_file: Option<PathBuf>,
    /// Networks of proxies that are believed about the addresses of clients (X-Forwarded-For), for example 10.0.0.0/8
    #[arg(
        long,
        global = true,
        env = "SUBSCRIPTION_CENTER_TRUSTED_PROXY",
        value_name = "NETWORK",
        value_delimiter = ','
    )]
    pub trusted_proxy: Option<Vec<String>>,
    /// For tests: a file with milliseconds to add to the clock
    #[arg(long, global = true, env = "SUBSCRIPTION_CENTER_CLOCK_FILE", value_name = "FILE", hide = true)]
    pub clock_file: Option<PathBuf>,
}

/// Where the data is unless one says so.
pub const DATABASE: &str = "sqlite:data/subscription-center.db";
/// Where the demo's data is unless one says so.
pub const DEMO_DATABASE: &str = "sqlite:data/demo/subscription-center.db";

impl Settings {
    /// Fills in from the TOML file what neither flag nor environment says.
    pub fn with_file(self) -> Result<Self, String> {
        let Some(path) = &self.config else { return Ok(self) };
        let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        let file: Settings = toml::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(Settings {
            database: self.database.or(file.database),
            time_zone: self.time_zone.or(file.time_zone),
            base_url: self.base_url.or(file.base_url),
            listen: self.listen.or(file.listen),
            mail: self.mail.or(file.mail),
            vendor: self.vendor.or(file.vendor),
            phone: self.phone.or(file.phone),
            contact_email: self.contact_email.or(file.contact_email),
            secret_key_file: self.secret_key_file.or(file.secret_key_file),
            files: self.files.or(file.files),
            presigned_links: self.presigned_links || file.presigned_links,
            signing_key_file: self.signing_key_file.or(file.signing_key_file),
            trusted_proxy: self.trusted_proxy.or(file.trusted_proxy),
            clock_file: self.clock_file.or(file.clock_file),
            config: self.config,
        })
    }

    /// The address to serve on.
    pub fn listen(&self) -> SocketAddr {
        self.listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080)))
    }
}

/// Whether links may begin with this: https anywhere, http on loopback only.
pub fn base_url(url: &str) -> Result<String, String> {
    let url = url.trim_end_matches('/');
    let (scheme, rest) = url.split_once("://").ok_or("a base URL looks like https://subscriptions.example.com")?;
    if rest.is_empty() || rest.contains(['/', '?', '#', '@', ' ']) {
        return Err(
            "a base URL has a host and at most a port, for example https://subscriptions.example.com".to_owned()
        );
    }
    let host = rest
        .strip_prefix('[')
        .and_then(|r| r.split_once(']'))
        .map_or_else(|| rest.split(':').next().unwrap_or_default(), |(host, _)| host);
    let loopback = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    match scheme {
        "https" => Ok(url.to_owned()),
        "http" if loopback => Ok(url.to_owned()),
        "http" => Err(format!("{url}: http is for loopback only; put TLS in front and use https")),
        _ => Err(format!("{url}: a base URL begins with https://")),
    }
}

#[cfg(test)]
mod tests {
    use super::base_url;

    #[test]
    fn http_is_for_loopback() {
        for good in
            ["https://subscriptions.example.com", "http://127.0.0.1:8080/", "http://localhost:1", "http://[::1]:80"]
        {
            assert!(base_url(good).is_ok(), "{good}");
        }
        for bad in [
            "http://subscriptions.example.com",
            "http://10.0.0.1",
            "ftp://x",
            "x",
            "https://x/y",
            "https://a@b",
            "https://",
        ] {
            assert!(base_url(bad).is_err(), "{bad}");
        }
    }
}
