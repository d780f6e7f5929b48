//! The only place that registers a route: handler, method, path and action once, from which the router, the list of routes
//! for the matrix test and the OpenAPI document are made. Nothing is reachable that the list does not name.
use crate::app::App;
use crate::policy::ActionId;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::routing::{self, MethodRouter};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// One route.
pub struct Route {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// With `{parameters}`.
    pub path: &'static str,
    /// What its handler asks the policy for.
    pub action: ActionId,
    /// For the OpenAPI document; pages have none.
    pub doc: Doc,
    pub(super) handler: MethodRouter<App>,
}

/// What the OpenAPI document says of a route.
#[derive(Default)]
pub struct Doc {
    /// One sentence.
    pub summary: &'static str,
    /// Query parameters: name and meaning.
    pub query: &'static [(&'static str, &'static str)],
    /// The body.
    pub takes: Option<Described>,
    /// The answer.
    pub gives: Option<Described>,
}

/// A type as JSON schema, with those that it names.
pub struct Described {
    /// Its own name.
    pub name: String,
    /// Its schema.
    pub schema: RefOr<Schema>,
    /// What it refers to.
    pub parts: Vec<(String, RefOr<Schema>)>,
}

fn described<T: ToSchema>() -> Described {
    let mut parts = Vec::new();
    <T as ToSchema>::schemas(&mut parts);
    Described { name: T::name().into_owned(), schema: <T as PartialSchema>::schema(), parts }
}

impl Route {
    /// Takes a body of any size, and the time that it needs: its handler reads it as it comes, and bounds it.
    pub fn unlimited(mut self) -> Self {
        self.handler = self.handler.layer(DefaultBodyLimit::disable());
        self
    }

    /// Says what it is for; only routes that say so are part of the API.
    pub fn says(mut self, summary: &'static str) -> Self {
        self.doc.summary = summary;
        self
    }

    /// Its query parameters.
    pub fn query(mut self, query: &'static [(&'static str, &'static str)]) -> Self {
        self.doc.query = query;
        self
    }

    /// Its body.
    pub fn takes<T: ToSchema>(mut self) -> Self {
        self.doc.takes = Some(described::<T>());
        self
    }

    /// Its answer.
    pub fn gives<T: ToSchema>(mut self) -> Self {
        self.doc.gives = Some(described::<T>());
        self
    }
}

macro_rules! methods {
    ($($function:ident $method:literal)*) => {$(
        #[doc = concat!("Registers a handler for ", $method, ".")]
        pub fn $function<H, T>(path: &'static str, action: ActionId, handler: H) -> Route
        where
            H: Handler<T, App>,
            T: 'static,
        {
            let (method, handler, doc) = ($method, routing::$function(handler), Doc::default());
            Route { method, path, action, doc, handler }
        }
    )*};
}
methods! { get "GET" post "POST" }

/// Every route of every slice. Those of the demo exist in demo mode only.
pub fn routes(demo: bool) -> Vec<Route> {
    let mut all = super::own_routes();
    all.extend(crate::auth::routes());
    all.extend(crate::home::routes());
    all.extend(crate::contracts::routes());
    all.extend(crate::coordinators::routes());
    all.extend(crate::releases::routes());
    all.extend(crate::people::routes());
    all.extend(crate::users::routes());
    all.extend(crate::profile::routes());
    all.extend(crate::console::routes());
    all.extend(crate::oidc::routes());
    all.extend(crate::welcome::routes());
    all.extend(crate::adoption::routes());
    all.extend(crate::renewals::routes());
    all.extend(crate::shipments::routes());
    all.extend(crate::notices::routes());
    all.extend(crate::continuity::routes());
    all.extend(crate::change_sets::routes());
    if demo {
        all.extend(crate::demo::routes());
    }
    all
}
