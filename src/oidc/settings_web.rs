//! The pages on which a sign-in is set up.
use super::configure::{Change, ConfigureCompanySignIn, ConfigureStaffSignIn};
use super::http::Calls;
use super::protocol;
use super::provider::{CALLBACK, Provider};
use super::reach::Reach;
use super::settings_page::{Owner, SettingsView, SetupForm, settings_page};
use super::setup::{Entered, checked_issuer};
use super::show::{MayTest, ShowCompanySignIn, ShowStaffSignIn};
use super::web::sentence;
use crate::app::App;
use crate::error::AppError;
use crate::ids::AccountNumber;
use crate::operation::Terms;
use crate::policy::{ActionId, Actor};
use crate::web::extract::{Form, Params};
use crate::web::frame::{Browser, signed_in, summary};
use crate::web::layout::{Crumb, Frame, Place};
use crate::web::problem::Problem;
use crate::web::ui::{Flash, Tone};
use crate::web::words::{encoded, link};
use crate::web::{Route, get, post};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

const COMPANY: &str = "/company/{account_number}/sign-in";
const STAFF: &str = "/vendor/settings/sign-in";

pub(super) fn routes() -> Vec<Route> {
    vec![
        get(COMPANY, ActionId::SeeCompanySignIn, company),
        post(COMPANY, ActionId::ConfigureCompanySignIn, save_company),
        post("/company/{account_number}/sign-in/test", ActionId::TestCompanySignIn, test_company),
        post("/company/{account_number}/sign-in/stop", ActionId::ConfigureCompanySignIn, stop_company),
        post("/company/{account_number}/sign-in/forget", ActionId::ConfigureCompanySignIn, forget_company),
        get(STAFF, ActionId::SeeStaffSignIn, staff),
        post(STAFF, ActionId::ConfigureStaffSignIn, save_staff),
        post("/vendor/settings/sign-in/test", ActionId::SeeStaffSignIn, test_staff),
        post("/vendor/settings/sign-in/stop", ActionId::ConfigureStaffSignIn, stop_staff),
        post("/vendor/settings/sign-in/forget", ActionId::ConfigureStaffSignIn, forget_staff),
    ]
}

/// Whose page it is.
#[derive(Clone)]
enum Whose {
    Company(AccountNumber),
    Staff,
}

impl Whose {
    fn at(&self) -> String {
        match self {
            Whose::Company(number) => format!("/company/{}/sign-in", encoded(&number.0)),
            Whose::Staff => STAFF.to_owned(),
        }
    }

    fn done(&self, what: &str) -> Response {
        Redirect::to(&link(&self.at(), &[("done", what)])).into_response()
    }
}

/// What a form's page shows beside what is stored.
#[derive(Default)]
struct Beside {
    form: Option<SetupForm>,
    tested: Option<(bool, String)>,
    problem: Option<AppError>,
    done: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    done: String,
}

async fn company(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(number): Path<AccountNumber>,
    Params(asked): Params<Asked>,
) -> Result<Response, AppError> {
    show(&app, &actor, &browser, &Whose::Company(number), Beside { done: asked.done, ..Beside::default() }).await
}

async fn staff(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Params(asked): Params<Asked>,
) -> Result<Response, AppError> {
    show(&app, &actor, &browser, &Whose::Staff, Beside { done: asked.done, ..Beside::default() }).await
}

async fn show(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    whose: &Whose,
    beside: Beside,
) -> Result<Response, AppError> {
    let mut view = stored(app, actor, whose).await?;
    let (frame, _) = signed_in(app, actor, browser).await?;
    let problem = beside.problem.map(Problem::from);
    let status = problem
        .as_ref()
        .map_or(StatusCode::OK, |p| StatusCode::from_u16(p.status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY));
    view.csrf = frame.csrf.clone();
    view.problem = problem.as_ref().map(summary);
    view.tested = beside.tested;
    view.form = beside.form.unwrap_or(view.form);
    let (title, place) = match &view.owner {
        Owner::Company(_, name) => (format!("Sign-in of {name}"), Place::CompanySignIn),
        Owner::Vendor => ("Sign-in of the vendor’s people".to_owned(), Place::StaffSignIn),
    };
    let crumbs = vec![Crumb::to("Home", "/"), Crumb::here(title.clone())];
    let flash = flash(&beside.done, whose);
    let frame = Frame { error: problem.is_some(), title, crumbs, place, flash, ..frame };
    Ok((status, settings_page(&frame, &view)).into_response())
}

fn flash(done: &str, whose: &Whose) -> Option<Flash> {
    let text = match done {
        "saved" => "Saved. The next sign-in uses it.",
        "stopped" => "Nobody is signed in this way any more. People who are signed in stay so.",
        "forgotten" => "The address can be used anew.",
        _ => return None,
    };
    Some(Flash { text: text.to_owned(), tone: Tone::Good, close: whose.at(), ..Flash::default() })
}

async fn stored(app: &App, actor: &Actor, whose: &Whose) -> Result<SettingsView, AppError> {
    let (owner, provider, bound, verified, may_configure, fresh) = match whose {
        Whose::Company(number) => {
            let shown = app.read(actor, &ShowCompanySignIn(number.clone())).await?;
            let owner = Owner::Company(number.0.clone(), shown.name);
            (owner, shown.provider, shown.bound, shown.domains, shown.may_configure, shown.fresh)
        }
        Whose::Staff => {
            let (provider, bound, fresh) = app.read(actor, &ShowStaffSignIn).await?;
            (Owner::Vendor, provider, bound, Vec::new(), true, fresh)
        }
    };
    Ok(SettingsView {
        owner,
        csrf: String::new(),
        in_use: provider.is_some(),
        has_secret: provider.as_ref().is_some_and(|p| p.client_secret.is_some()),
        form: form_of(provider, bound, &verified),
        keeps_secrets: app.sealing_key().is_some(),
        verified,
        redirect: format!("{}{CALLBACK}", app.profile().base_url),
        may_configure,
        fresh,
        tested: None,
        problem: None,
    })
}

/// Before anything is set up, all of a company's domains are ticked.
fn form_of(provider: Option<Provider>, bound: Vec<String>, verified: &[String]) -> SetupForm {
    match provider {
        None => SetupForm { domains: verified.to_vec(), ..SetupForm::default() },
        Some(p) => SetupForm {
            at_once: p.joins == "at_once",
            only_here: p.only_here,
            issuer: p.issuer,
            client_id: p.client_id,
            domains: bound,
        },
    }
}

// --- set up ------------------------------------------------------------------------------------------------------------

fn entered(form: &Form) -> Entered {
    Entered {
        issuer: form.get("issuer").to_owned(),
        client_id: form.get("client_id").to_owned(),
        client_secret: form.get("client_secret").to_owned(),
        no_secret: form.given("no_secret").is_some(),
        domains: form.all("domains").flat_map(str::split_whitespace).map(str::to_owned).collect(),
        at_once: form.get("joins") == "at_once",
        only_here: form.given("only_here").is_some(),
    }
}

/// What was typed, to be shown again; the secret never is.
fn typed(entered: &Entered) -> SetupForm {
    let Entered { issuer, client_id, domains, at_once, only_here, .. } = entered.clone();
    SetupForm { issuer, client_id, domains, at_once, only_here }
}

/// Those that belong into the form; everything else is an error of its own.
fn shown_again(error: AppError, form: SetupForm) -> Result<Beside, AppError> {
    match error {
        AppError::Invalid { .. } => Ok(Beside { form: Some(form), problem: Some(error), ..Beside::default() }),
        error => Err(error),
    }
}

async fn save_company(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(number): Path<AccountNumber>,
    form: Form,
) -> Result<Response, AppError> {
    // Who may not is told so before anything that was typed is looked at.
    let account = app.read(&actor, &MayTest(number.clone())).await?;
    let (entered, whose) = (entered(&form), Whose::Company(number.clone()));
    let again = typed(&entered);
    let reach = Reach::of(&app.profile().base_url, false);
    let saved = match entered.checked(reach, app.sealing_key(), Some(account)) {
        Ok(setup) => {
            let save = ConfigureCompanySignIn { account: number, change: Change::Save(setup) };
            app.run(actor.clone(), save, Terms::default()).await
        }
        Err(error) => Err(error),
    };
    match saved {
        Ok(()) => Ok(whose.done("saved")),
        Err(error) => show(&app, &actor, &browser, &whose, shown_again(error, again)?).await,
    }
}

async fn save_staff(State(app): State<App>, actor: Actor, browser: Browser, form: Form) -> Result<Response, AppError> {
    app.read(&actor, &ShowStaffSignIn).await?;
    let entered = entered(&form);
    let again = typed(&entered);
    let reach = Reach::of(&app.profile().base_url, true);
    let saved = match entered.checked(reach, app.sealing_key(), None) {
        Ok(setup) => {
            let save = ConfigureStaffSignIn { change: Change::Save(setup) };
            app.run(actor.clone(), save, Terms::default()).await
        }
        Err(error) => Err(error),
    };
    match saved {
        Ok(()) => Ok(Whose::Staff.done("saved")),
        Err(error) => show(&app, &actor, &browser, &Whose::Staff, shown_again(error, again)?).await,
    }
}

async fn test_company(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(number): Path<AccountNumber>,
    form: Form,
) -> Result<Response, AppError> {
    app.read(&actor, &MayTest(number.clone())).await?;
    let beside = tested(&form, Reach::of(&app.profile().base_url, false)).await;
    show(&app, &actor, &browser, &Whose::Company(number), beside).await
}

async fn test_staff(State(app): State<App>, actor: Actor, browser: Browser, form: Form) -> Result<Response, AppError> {
    app.read(&actor, &ShowStaffSignIn).await?;
    let beside = tested(&form, Reach::of(&app.profile().base_url, true)).await;
    show(&app, &actor, &browser, &Whose::Staff, beside).await
}

/// Asks the provider that was typed, and keeps nothing.
async fn tested(form: &Form, reach: Reach) -> Beside {
    let entered = entered(form);
    let form = Some(typed(&entered));
    if let Err(problem) = checked_issuer(&entered.issuer, reach) {
        return Beside { form, problem: Some(problem), ..Beside::default() };
    }
    let tested = match protocol::test(&entered.issuer, Calls(reach)).await {
        Ok(found) => {
            let keys = crate::web::words::count(i64::try_from(found.keys).unwrap_or(0), "key", "keys");
            (
                true,
                format!(
                    "The provider answers, with {keys}. People sign in at {}. Nothing is saved yet.",
                    found.authorizes_at
                ),
            )
        }
        Err(error) => (false, sentence(&error.to_string())),
    };
    Beside { form, tested: Some(tested), ..Beside::default() }
}

async fn stop_company(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<AccountNumber>,
    _form: Form,
) -> Result<Response, AppError> {
    let stop = ConfigureCompanySignIn { account: number.clone(), change: Change::Stop };
    app.run(actor, stop, Terms::default()).await?;
    Ok(Whose::Company(number).done("stopped"))
}

async fn stop_staff(State(app): State<App>, actor: Actor, _form: Form) -> Result<Response, AppError> {
    app.run(actor, ConfigureStaffSignIn { change: Change::Stop }, Terms::default()).await?;
    Ok(Whose::Staff.done("stopped"))
}

async fn forget_company(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(number): Path<AccountNumber>,
    form: Form,
) -> Result<Response, AppError> {
    let change = Change::Forget(form.get("forget").to_owned());
    let forget = ConfigureCompanySignIn { account: number.clone(), change };
    let whose = Whose::Company(number);
    let done = app.run(actor.clone(), forget, Terms::default()).await;
    forgotten(&app, &actor, &browser, &whose, done).await
}

async fn forget_staff(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    form: Form,
) -> Result<Response, AppError> {
    let forget = ConfigureStaffSignIn { change: Change::Forget(form.get("forget").to_owned()) };
    let done = app.run(actor.clone(), forget, Terms::default()).await;
    forgotten(&app, &actor, &browser, &Whose::Staff, done).await
}

async fn forgotten(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    whose: &Whose,
    done: Result<(), AppError>,
) -> Result<Response, AppError> {
    match done {
        Ok(()) => Ok(whose.done("forgotten")),
        Err(error @ AppError::Invalid { .. }) => {
            let beside = Beside { problem: Some(error), ..Beside::default() };
            show(app, actor, browser, whose, beside).await
        }
        Err(error) => Err(error),
    }
}
