//! `admin create`, `person reset-factors`, `token create`, `go-live`.
use super::Failure;
use crate::app::App;
use crate::auth::reset_factors::ResetFactors;
use crate::auth::secret::Secret;
use crate::auth::token::{CreateAdministrator, CreateToken};
use crate::error::AppError;
use crate::ids::PersonKey;
use crate::installation::go_live;
use crate::operation::Terms;
use crate::policy::{Actor, Denied};
use crate::time::rfc3339;
use clap::{Args, Subcommand};
use std::io::Write;

#[derive(Subcommand)]
pub(super) enum Admin {
    /// Make an administrator; prints a single-use sign-in link
    #[command(after_help = "Example: subscription-center admin create --email ada@vendor.example --name \"Ada Stone\"")]
    Create {
        /// The address
        #[arg(long)]
        email: String,
        /// First and last name
        #[arg(long)]
        name: String,
    },
}

#[derive(Subcommand)]
pub(super) enum Person {
    /// Remove the second factors and passkeys of somebody who lost them all; they are told by mail
    #[command(
        after_help = "Example: subscription-center person reset-factors --email ada@vendor.example --why \"showed a passport\""
    )]
    ResetFactors {
        /// Whose
        #[arg(long)]
        email: String,
        /// How you made sure who asks; stands in the audit trail and in the mail
        #[arg(long)]
        why: String,
    },
}

#[derive(Subcommand)]
pub(super) enum Token {
    /// Make an API token of a person; printed once
    #[command(
        after_help = "Example: subscription-center token create --email elena@ostrava.example --name script --days 30"
    )]
    Create(TokenArguments),
}

#[derive(Args)]
pub(super) struct TokenArguments {
    /// Whose
    #[arg(long)]
    email: String,
    /// What it is for
    #[arg(long)]
    name: String,
    /// How long it lasts
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=3650))]
    days: u32,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn admin(app: &App, command: Admin) -> Result<(), Failure> {
    let Admin::Create { email, name } = command;
    let link = Secret::new("");
    let create = CreateAdministrator { email, name, link: link.hash() };
    app.run(Actor::operator(), create, Terms::default()).await?;
    println!("{}/sign-in/link/{}", app.profile().base_url, link.reveal());
    eprintln!("The link works once, for 24 hours.");
    app.close().await;
    Ok(())
}

pub(super) async fn person(app: &App, command: Person) -> Result<(), Failure> {
    let Person::ResetFactors { email, why } = command;
    let reset = ResetFactors { person: PersonKey::from(email.as_str()), why };
    let done = app.run(Actor::operator(), reset, Terms::default()).await;
    done.map_err(|error| match error {
        AppError::Denied(Denied::Hidden) => Failure::Refused(format!("there is nobody with the address {email}")),
        error => error.into(),
    })?;
    println!("removed");
    eprintln!("They are signed out everywhere, are told by mail, and sign in with a link or a password.");
    app.close().await;
    Ok(())
}

pub(super) async fn token(app: &App, command: Token) -> Result<(), Failure> {
    let Token::Create(arguments) = command;
    let token = Secret::new("sct_");
    let TokenArguments { email, name, days, json } = arguments;
    let create = CreateToken { email, name, days, hash: token.hash() };
    let expires_at = rfc3339(app.run(Actor::operator(), create, Terms::default()).await?);
    match json {
        true => println!("{}", serde_json::json!({"token": token.reveal(), "expires_at": expires_at})),
        false => println!("{}", token.reveal()),
    }
    app.close().await;
    Ok(())
}

pub(super) async fn go_live(app: &App, yes: bool) -> Result<(), Failure> {
    let preview = go_live::preview(app).await?;
    eprintln!("{preview}");
    if !yes && !asked("Send mail from now on? [y/N] ") {
        return Err(Failure::Refused("nothing was changed".to_owned()));
    }
    go_live::run(app).await?;
    println!("live");
    app.close().await;
    Ok(())
}

fn asked(question: &str) -> bool {
    eprint!("{question}");
    let _ = std::io::stderr().flush();
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).is_ok() && matches!(answer.trim(), "y" | "Y" | "yes")
}
