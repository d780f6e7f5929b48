//! `/sign-in/second`: the second factor of a sign-in that is half open.
use super::cookie_web::{completed, device, half, known_device};
use super::password_pages::{SecondView, second_page};
use super::recovery;
use super::second::{FinishSignIn, Half, Second, SeeHalf};
use super::secret::Secret;
use super::throttle::{At, CountTry};
use crate::app::App;
use crate::error::AppError;
use crate::operation::Terms;
use crate::policy::{ActionId, Actor};
use crate::web::client::Client;
use crate::web::extract::Form;
use crate::web::frame::{Browser, outside};
use crate::web::layout::Frame;
use crate::web::ui::{Fault, Problem};
use crate::web::words::in_time;
use crate::web::{Route, get, post};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::Markup;

pub(super) fn routes() -> Vec<Route> {
    vec![get("/sign-in/second", ActionId::SeeLink, show), post("/sign-in/second", ActionId::OpenSession, finish)]
}

async fn find(app: &App, browser: &Browser) -> Result<Option<(Vec<u8>, Half)>, AppError> {
    let Some(hash) = half(app, browser) else { return Ok(None) };
    let found = app.read(&Actor::anonymous(), &SeeHalf(hash.clone())).await?;
    Ok(found.map(|half| (hash, half)))
}

async fn page(app: &App, browser: &Browser, half: &Half, fault: Option<Fault>) -> Markup {
    let frame = Frame { title: "One more step".to_owned(), error: fault.is_some(), ..outside(app, browser).await };
    let view = SecondView {
        csrf: frame.csrf.clone(),
        totp: half.totp,
        passkey: half.passkey,
        recovery: half.recovery,
        return_to: half.return_to.clone(),
        problem: fault.map(|fault| Problem::with(vec![fault])),
    };
    second_page(&frame, &view)
}

async fn show(State(app): State<App>, browser: Browser) -> Result<Response, AppError> {
    Ok(match find(&app, &browser).await? {
        Some((_, half)) => page(&app, &browser, &half, None).await.into_response(),
        // Too late, or nothing was begun here.
        None => Redirect::to("/sign-in").into_response(),
    })
}

async fn finish(State(app): State<App>, browser: Browser, client: Client, form: Form) -> Result<Response, AppError> {
    let Some((hash, half)) = find(&app, &browser).await? else { return Ok(Redirect::to("/sign-in").into_response()) };
    let (field, second) = match form.given("recovery") {
        Some(code) => ("recovery", Second::Recovery(recovery::hash(code))),
        None => ("code", Second::Totp(form.get("code").to_owned())),
    };
    let device_hash = known_device(&app, &browser);
    let count = CountTry { at: At::Second(half.person.0), client: client.subject(), device: device_hash };
    let counted = app.run(Actor::anonymous(), count, Terms::default()).await?.go();
    let tries = match counted {
        Ok(tries) => tries,
        Err(AppError::TooOften { seconds }) => {
            let text = format!("Too many tries. Try again {}", in_time(seconds));
            let page = page(&app, &browser, &half, Some(Fault { field, text })).await;
            let after = [(header::RETRY_AFTER, seconds.to_string())];
            return Ok((StatusCode::TOO_MANY_REQUESTS, after, page).into_response());
        }
        Err(error) => return Err(error),
    };
    let (secret, device) = (Secret::new(""), device(&app, &browser));
    let finish = FinishSignIn {
        half: hash,
        second,
        session: secret.hash(),
        device: device.seen(),
        tries,
        key: app.sealing_key().cloned(),
    };
    match app.run(Actor::anonymous(), finish, Terms::default()).await {
        Ok(()) => {
            app.wake();
            Ok(completed(&app, &secret, &device, &half.return_to))
        }
        Err(AppError::Invalid { field, message }) => {
            let text = crate::web::words::sentence(&message);
            let page = page(&app, &browser, &half, Some(Fault { field, text })).await;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(error),
    }
}
