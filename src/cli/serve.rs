//! `serve`: web and background work in one process.
use super::{Failure, open};
use crate::app::App;
use crate::auth::{last_use, seal_secrets};
use crate::config::{DEMO_DATABASE, Settings};
use crate::files::DEMO_FILES;
use crate::jobs::worker;
use crate::mail::transport::Transport;
use crate::notices::intake;
use crate::oidc::configure::{Change, ConfigureStaffSignIn};
use crate::oidc::reach::Reach;
use crate::oidc::setup::Entered;
use crate::operation::Terms;
use crate::policy::Actor;
use crate::renewals::settings::SetRenewals;
use crate::web;
use crate::web::client::Network;
use crate::welcome::terms::SetTerms;
use clap::Args;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

#[derive(Args)]
pub(super) struct Arguments {
    /// Sample companies, people in every role, one-click sign-in, mail on a page
    #[arg(long, env = "SUBSCRIPTION_CENTER_DEMO")]
    demo: bool,
    /// What this process does: web, worker or both
    #[arg(long, env = "SUBSCRIPTION_CENTER_RUN", value_delimiter = ',', default_value = "web,worker")]
    run: Vec<Part>,
    /// File with the terms that people accept at their first sign-in; kept from then on, each version as it was
    #[arg(long, env = "SUBSCRIPTION_CENTER_TERMS_FILE", value_name = "FILE")]
    terms_file: Option<PathBuf>,
    /// Days before the end of a contract on which it is written about, negative for days after it; kept from then on
    #[arg(long, env = "SUBSCRIPTION_CENTER_RENEWAL_DAYS", value_name = "DAYS", allow_hyphen_values = true)]
    renewal_days: Option<String>,
    /// Hour of the vendor's day at which that is, 0 to 23; kept from then on
    #[arg(long, env = "SUBSCRIPTION_CENTER_RENEWAL_HOUR", value_name = "HOUR")]
    renewal_hour: Option<i8>,
    /// Where contracts are renewed online, https://…; {contract} stands for the number, empty for nowhere; kept from then on
    #[arg(long, env = "SUBSCRIPTION_CENTER_RENEW_ONLINE_URL", value_name = "URL")]
    renew_online_url: Option<String>,
    /// Maildir into which the mail server delivers what comes back to noreply@ the host of --base-url; made where it is missing
    #[arg(long, env = "SUBSCRIPTION_CENTER_BOUNCES", value_name = "DIRECTORY")]
    bounces: Option<PathBuf>,
    #[command(flatten)]
    staff: StaffSignIn,
}

/// The vendor's own sign-in (OpenID Connect), set up at the start as on its page in the settings.
#[derive(Args)]
struct StaffSignIn {
    /// Provider with which the vendor's people sign in, for example https://login.vendor.com
    #[arg(long, env = "SUBSCRIPTION_CENTER_STAFF_OIDC_ISSUER", value_name = "URL", requires_all = ["staff_oidc_client_id", "staff_oidc_domains"])]
    staff_oidc_issuer: Option<String>,
    /// As that provider calls this site
    #[arg(long, env = "SUBSCRIPTION_CENTER_STAFF_OIDC_CLIENT_ID", value_name = "ID", requires = "staff_oidc_issuer")]
    staff_oidc_client_id: Option<String>,
    /// File with its client secret; needs --secret-key-file. Without it: a public client (PKCE)
    #[arg(
        long,
        env = "SUBSCRIPTION_CENTER_STAFF_OIDC_CLIENT_SECRET_FILE",
        value_name = "FILE",
        requires = "staff_oidc_issuer"
    )]
    staff_oidc_client_secret_file: Option<PathBuf>,
    /// Domains of the vendor's people
    #[arg(
        long,
        env = "SUBSCRIPTION_CENTER_STAFF_OIDC_DOMAINS",
        value_name = "DOMAIN",
        value_delimiter = ',',
        requires = "staff_oidc_issuer"
    )]
    staff_oidc_domains: Vec<String>,
}

/// How long open connections, and then what runs, may take once the process is told to end.
const ENDING: Duration = Duration::from_secs(10);

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    Web,
    Worker,
}

pub(super) async fn run(mut settings: Settings, arguments: Arguments) -> Result<(), Failure> {
    logging();
    let listener = match arguments.run.contains(&Part::Web) {
        true => Some(listen(&mut settings).await?),
        false => None,
    };
    if arguments.demo && settings.database.is_none() {
        fresh_demo();
    }
    let trusted: Result<Vec<Network>, String> =
        settings.trusted_proxy.iter().flatten().map(|text| text.parse()).collect();
    let trusted = trusted.map_err(Failure::Usage)?;
    let app = open(&settings, arguments.demo).await?;
    app.trust(trusted);
    super::files::keep(&app, &settings, arguments.demo)?;
    if arguments.demo {
        // Before the worker runs: what filling it causes is not for the page of mails.
        crate::demo::world::fill(&app).await?;
    }
    let (days, hour, online) = (arguments.renewal_days, arguments.renewal_hour, arguments.renew_online_url);
    app.run(Actor::operator(), SetRenewals { days, hour, online }, Terms::default()).await?;
    arguments.staff.apply(&app).await?;
    seal_secrets::at_start(&app).await?;
    if let Some(file) = &arguments.terms_file {
        let body = std::fs::read_to_string(file).map_err(|e| Failure::Usage(format!("{}: {e}", file.display())))?;
        app.run(Actor::operator(), SetTerms { body }, Terms::default()).await?;
    }
    let transport = transport(&settings, &app)?;
    let (stop, stopped) = watch::channel(false);
    let work = match arguments.run.contains(&Part::Worker) {
        true => Some(tokio::spawn(worker::work(app.clone(), transport, stopped.clone()))),
        false => None,
    };
    if let (Some(maildir), Some(_)) = (&arguments.bounces, &work) {
        intake::prepare(maildir).map_err(|e| Failure::Usage(format!("{}: {e}", maildir.display())))?;
        tokio::spawn(intake::watch(app.clone(), maildir.clone(), stopped.clone()));
    }
    if arguments.demo {
        crate::demo::roles::announce(&app);
    }
    let ended = ended();
    tokio::spawn(async move {
        ended.await;
        let _ = stop.send(true);
    });
    tokio::spawn(write_down_uses(app.clone(), stopped.clone()));
    if let Some((listener, address)) = listener {
        eprintln!("listening on http://{address}");
        let mut stopping = stopped.clone();
        let router = web::router(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
        let served = axum::serve(listener, router).with_graceful_shutdown(async move {
            let _ = stopping.wait_for(|stop| *stop).await;
        });
        tokio::select! {
            ended = served.into_future() => ended.map_err(|e| Failure::Refused(e.to_string()))?,
            () = overdue(stopped.clone()) => tracing::warn!("connections that are still open are dropped"),
        }
    }
    let rest = async {
        if let Some(work) = work {
            let _ = work.await;
        }
        app.close().await;
    };
    // What is acknowledged is durable already; what is not is undone by the database when it is opened next.
    if tokio::time::timeout(ENDING, rest).await.is_err() {
        tracing::warn!("what still runs is given up");
    }
    Ok(())
}

/// Whoever told the process to end does not wait for a client that never finishes its request.
async fn overdue(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stop| *stop).await;
    tokio::time::sleep(ENDING).await;
}

impl StaffSignIn {
    /// Stores what the flags say, where they say something.
    async fn apply(self, app: &App) -> Result<(), Failure> {
        let (Some(issuer), Some(client_id)) = (self.staff_oidc_issuer, self.staff_oidc_client_id) else {
            return Ok(());
        };
        let client_secret = match &self.staff_oidc_client_secret_file {
            Some(file) => {
                let secret = std::fs::read_to_string(file);
                secret.map_err(|e| Failure::Usage(format!("{}: {e}", file.display())))?.trim().to_owned()
            }
            None => String::new(),
        };
        let no_secret = client_secret.is_empty();
        let domains = self.staff_oidc_domains;
        let entered =
            Entered { issuer, client_id, client_secret, no_secret, domains, at_once: false, only_here: false };
        let reach = Reach::of(&app.profile().base_url, true);
        let setup = entered.checked(reach, app.sealing_key(), None).map_err(|e| Failure::Usage(e.to_string()))?;
        let configure = ConfigureStaffSignIn { change: Change::Save(setup) };
        Ok(app.run(Actor::operator(), configure, Terms::default()).await?)
    }
}

/// Writes down once a minute which sessions and tokens were used.
async fn write_down_uses(app: App, mut stop: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(last_use::EVERY) => {}
        }
        if let Err(error) = last_use::write_down(&app).await {
            tracing::warn!(%error, "what was used last is not written down this time");
        }
    }
}

/// Binds first, so that port 0 becomes a number that links can name.
async fn listen(settings: &mut Settings) -> Result<(TcpListener, SocketAddr), Failure> {
    let wanted = settings.listen();
    let listener = TcpListener::bind(wanted)
        .await
        .map_err(|e| Failure::Refused(format!("cannot listen on {wanted}: {e}; give another address with --listen")))?;
    let address = listener.local_addr().map_err(|e| Failure::Refused(e.to_string()))?;
    settings.listen = Some(address);
    Ok((listener, address))
}

fn transport(settings: &Settings, app: &App) -> Result<Transport, Failure> {
    match (app.profile().demo, settings.mail.as_deref().unwrap_or("log")) {
        (true, _) => Ok(Transport::Demo),
        (false, address) => Transport::from_address(address).map_err(Failure::Usage),
    }
}

/// A demo begins anew each time: what was played before goes.
fn fresh_demo() {
    if let Some(path) = DEMO_DATABASE.strip_prefix("sqlite:") {
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{path}{end}"));
        }
    }
    if let Some(directory) = DEMO_FILES.strip_prefix("file:") {
        let _ = std::fs::remove_dir_all(directory);
    }
}

fn logging() {
    use tracing_subscriber::{EnvFilter, fmt};
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let _ = fmt().json().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}

/// Ends when somebody asks the process to end. Listens from now on, not from when it is waited for: whoever reads that the
/// product listens may ask at once.
fn ended() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let asked = [SignalKind::terminate(), SignalKind::interrupt()].map(signal);
    async move {
        let [terminate, interrupt] = asked;
        match (terminate, interrupt) {
            (Ok(mut terminate), Ok(mut interrupt)) => {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
            }
            _ => {
                let _ = tokio::signal::ctrl_c().await;
            }
        }
    }
}
