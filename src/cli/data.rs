//! `import`, `export`, `check`, `explain`.
use super::Failure;
use crate::app::App;
use crate::coordinators::explain::{Event, Explain, Explanation};
use crate::ids::SerialNumber;
use crate::policy::Actor;
use crate::time::Day;
use clap::Args;

#[derive(Args)]
pub(super) struct ExplainArguments {
    /// The serial number
    serial: String,
    /// What happens: release, extension, shipment or renewal
    #[arg(long, default_value = "release", value_parser = event)]
    event: Event,
    /// The day; today where it is absent
    #[arg(long, value_name = "YYYY-MM-DD")]
    on: Option<Day>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn event(name: &str) -> Result<Event, String> {
    serde_json::from_value(name.into()).map_err(|_| "choose release, extension, shipment or renewal".to_owned())
}

pub(super) async fn explain(app: &App, arguments: ExplainArguments) -> Result<(), Failure> {
    let query = Explain { serial: SerialNumber(arguments.serial), event: arguments.event, on: arguments.on };
    let answer = app.read(&Actor::operator(), &query).await;
    let answer = answer.map_err(|e| match e {
        crate::error::AppError::Denied(crate::policy::Denied::Hidden) => {
            Failure::Refused(format!("there is no serial number {}", query.serial))
        }
        e => e.into(),
    })?;
    match arguments.json {
        true => println!("{}", serde_json::to_string_pretty(&answer).unwrap_or_default()),
        false => print!("{}", in_words(&answer)),
    }
    app.close().await;
    Ok(())
}

fn in_words(answer: &Explanation) -> String {
    let mut out = format!("{} (contract {}), {}:\n", answer.serial_number, answer.contract_number, answer.on);
    for to in &answer.recipients {
        out += &format!("  mail to {} <{}>: {}\n", to.name, to.email, to.why);
    }
    for not in &answer.skipped {
        out += &format!("  no mail to {} <{}>: {}\n", not.name, not.email, not.why);
    }
    out += "levels tried:\n";
    for level in &answer.levels {
        let who = level.name.as_deref().unwrap_or("nobody");
        let by = level.assigned_by.as_ref().map(|by| format!(", assigned by {by}")).unwrap_or_default();
        let since = level.since.as_ref().map(|since| format!(" since {since}")).unwrap_or_default();
        let won = if level.won { "  <- the answer" } else { "" };
        out += &format!("  {:<17} {who}{since}{by}{won}\n", level.level);
    }
    out
}
