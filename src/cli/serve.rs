//! `serve`: web and background work in one process.
use super::{Failure, open};
use crate::app::App;
use crate::config::{DEMO_DATABASE, Settings};
use crate::jobs::worker;
use crate::mail::transport::Transport;
use crate::web;
use clap::Args;
use std::net::SocketAddr;
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
}

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
    let app = open(&settings, arguments.demo).await?;
    if arguments.demo {
        // Before the worker runs: what filling it causes is not for the page of mails.
        crate::demo::world::fill(&app).await?;
    }
    let transport = transport(&settings, &app)?;
    let (stop, stopped) = watch::channel(false);
    let work = match arguments.run.contains(&Part::Worker) {
        true => Some(tokio::spawn(worker::work(app.clone(), transport, stopped.clone()))),
        false => None,
    };
    if arguments.demo {
        crate::demo::roles::announce(&app);
    }
    tokio::spawn(async move {
        ended().await;
        let _ = stop.send(true);
    });
    if let Some((listener, address)) = listener {
        eprintln!("listening on http://{address}");
        let mut stopping = stopped.clone();
        let served = axum::serve(listener, web::router(app.clone())).with_graceful_shutdown(async move {
            let _ = stopping.wait_for(|stop| *stop).await;
        });
        served.await.map_err(|e| Failure::Refused(e.to_string()))?;
    }
    if let Some(work) = work {
        let _ = work.await;
    }
    app.close().await;
    Ok(())
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
}

fn logging() {
    use tracing_subscriber::{EnvFilter, fmt};
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let _ = fmt().json().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}

/// Until somebody asks the process to end.
async fn ended() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminate = signal(SignalKind::terminate());
    let interrupt = tokio::signal::ctrl_c();
    match terminate {
        Ok(mut terminate) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt => {}
            }
        }
        Err(_) => {
            let _ = interrupt.await;
        }
    }
}
