//! The demo's companies are those of the roles' cards, and what the cards and the home page promise is there.
use axum::body::Body;
use axum::http::{Request, header};
use http_body_util::BodyExt;
use sqlx::raw_sql;
use sqlx_postgres::{PgPool, PgPoolOptions};
use sqlx_sqlite::{SqlitePool, SqlitePoolOptions};
use subscription_center::app::{App, Profile};
use subscription_center::auth::secret::form_token;
use subscription_center::db::Db;
use subscription_center::demo::roles::ROLES;
use subscription_center::demo::world::fill;
use subscription_center::files::Files;
use subscription_center::files::signing::VendorKey;
use subscription_center::installation::check::check;
use subscription_center::time::Clock;
use subscription_center::web;
use testkit::product::{Engine, Product};
use tower::ServiceExt;

enum Raw {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Raw {
    async fn exec(&self, text: &'static str) {
        match self {
            Raw::Sqlite(p) => drop(raw_sql(text).execute(p).await.unwrap()),
            Raw::Postgres(p) => drop(raw_sql(text).execute(p).await.unwrap()),
        }
    }

    async fn number(&self, text: &'static str) -> i64 {
        match self {
            Raw::Sqlite(p) => sqlx::query_scalar(text).fetch_one(p).await.unwrap(),
            Raw::Postgres(p) => sqlx::query_scalar(text).fetch_one(p).await.unwrap(),
        }
    }
}

struct Demo {
    app: App,
    router: axum::Router,
    raw: Raw,
    _product: Product,
}

impl Demo {
    async fn filled(engine: Engine) -> Demo {
        let product = Product::new(engine);
        let db = Db::open(product.database()).await.unwrap();
        let raw = match engine {
            Engine::Sqlite => Raw::Sqlite(
                SqlitePoolOptions::new()
                    .max_lifetime(None)
                    .idle_timeout(None)
                    .connect(product.database())
                    .await
                    .unwrap(),
            ),
            Engine::Postgres => Raw::Postgres(
                PgPoolOptions::new().max_lifetime(None).idle_timeout(None).connect(product.database()).await.unwrap(),
            ),
        };
        raw.exec("INSERT INTO settings (name, value) VALUES ('demo', '1'), ('time_zone', 'UTC')").await;
        let profile = Profile {
            base_url: "http://127.0.0.1:8080".to_owned(),
            vendor: "Formwork Software".to_owned(),
            phone: String::new(),
            contact_email: String::new(),
            demo: true,
        };
        let app = App::new(db, Clock::new(jiff::tz::TimeZone::UTC, None), profile);
        let files = Files::open(&format!("file:{}", product.path("files").display()), false).unwrap();
        app.keep_files(files, VendorKey::read_or_make(&product.path("signing.key")).unwrap());
        fill(&app).await.unwrap();
        let router = web::router(app.clone());
        Demo { app, router, raw, _product: product }
    }

    async fn ask(&self, request: Request<Body>) -> (u16, String, String) {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let cookie = answer.headers().get(header::SET_COOKIE).map_or("", |c| c.to_str().unwrap());
        let (status, cookie) = (answer.status().as_u16(), cookie.split(';').next().unwrap().to_owned());
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, cookie, String::from_utf8_lossy(&body).into_owned())
    }

    /// The cookie of somebody who took a role.
    async fn role(&self, role: &str) -> String {
        let form = format!("csrf={}", form_token("anonymous"));
        let request = Request::post(format!("/demo/sign-in/{role}"));
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(Body::from(form));
        let (status, cookie, body) = self.ask(request.unwrap()).await;
        assert_eq!(status, 303, "{role}: {body}");
        cookie
    }

    async fn page(&self, cookie: &str, path: &str) -> String {
        let request = Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap();
        let (status, _, body) = self.ask(request).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }
}

async fn demo(engine: Engine) {
    let demo = Demo::filled(engine).await;
    let found = check(&demo.app).await.unwrap();
    assert!(found.violations.is_empty(), "{:?}", found.violations);

    // The prototype's company.
    let contracts = "SELECT COUNT(*) FROM contracts c JOIN people p ON p.id = c.manager_id
        JOIN accounts o ON o.id = c.account_id WHERE p.email = 'elena@ostrava.example' AND o.number = '5102-3384'";
    assert_eq!(demo.raw.number(contracts).await, 4);
    let serials = "SELECT COUNT(*) FROM assets a JOIN accounts o ON o.id = a.account_id WHERE o.number = '5102-3384'";
    assert_eq!(demo.raw.number(serials).await, 41);
    let people =
        "SELECT COUNT(*) FROM memberships m JOIN accounts o ON o.id = m.account_id WHERE o.number = '5102-3384'";
    assert_eq!(demo.raw.number(people).await, 38);

    // Nothing waits but the reminder of the invitation, and nobody is signed in; of all mail the invitation and what
    // was announced are there.
    let waiting = "SELECT COUNT(*) FROM jobs WHERE kind <> 'invitation.remind'";
    assert_eq!(demo.raw.number(waiting).await, 0);
    assert_eq!(demo.raw.number("SELECT COUNT(*) FROM jobs WHERE state = 'waiting'").await, 1);
    assert_eq!(demo.raw.number("SELECT COUNT(*) FROM sessions").await, 0);
    let told = demo.raw.number("SELECT CAST(SUM(people) AS BIGINT) FROM announcements").await;
    assert_eq!(demo.raw.number("SELECT COUNT(*) FROM demo_mails").await, told + 1);
    assert_eq!(demo.raw.number("SELECT COUNT(*) FROM announcements").await, 4);
    let mail = demo.page("", "/demo/mail").await;
    assert!(mail.contains("invited") && mail.contains("h.sato@ostrava.example"), "{mail}");

    let manager = demo.role("manager").await;
    let home = demo.page(&manager, "/").await;
    for words in [
        "Mail to Owen Reyes, who coordinates 1 serial number, comes back.",
        "3 serial numbers on 110448270013 are yours by default.",
        "Hana Sato has not accepted since ",
        "Contract 110391050027 ends in 28 days",
    ] {
        assert!(home.contains(words), "{words}: {home}");
    }
    let products = demo.page(&manager, "/contracts/110448270013/products").await;
    for words in [
        "9 of 12 serial numbers have a coordinator you named. The other 3 are yours by default.",
        "Group: Boston office",
        "Invited, not yet accepted",
        "Mail comes back",
        "2027.2 is ready",
    ] {
        assert!(products.contains(words), "{words}: {products}");
    }

    // Before anybody takes a role a second time: what is new is new since the visit before.
    releases(&demo).await;

    // Each card signs in as the person whom it shows.
    for role in ROLES {
        let cookie = demo.role(role.role).await;
        let account = demo.page(&cookie, "/account").await;
        assert!(account.contains(role.name) && account.contains(role.email), "{}: {account}", role.role);
        let home = demo.page(&cookie, "/").await;
        assert_eq!(home.contains("Your customers’ contracts"), role.role == "reseller", "{}", role.role);
    }

    // Filled is filled.
    let before = demo.raw.number("SELECT COUNT(*) FROM audit_events").await;
    fill(&demo.app).await.unwrap();
    assert_eq!(demo.raw.number("SELECT COUNT(*) FROM audit_events").await, before);
    demo.raw.exec("INSERT INTO settings (name, value) VALUES ('demo_filling', '1')").await;
    assert!(fill(&demo.app).await.unwrap_err().to_string().contains("not filled to its end"));
}

async fn releases(demo: &Demo) {
    // Each file is there, whole and signed; and orders stand everywhere.
    let signed =
        "SELECT COUNT(*) FROM artifacts WHERE state = 'ready' AND sha256 IS NOT NULL AND signature IS NOT NULL";
    assert_eq!(demo.raw.number(signed).await, 5);
    let states =
        "SELECT COUNT(DISTINCT state || CASE WHEN confirmed_at IS NULL THEN ' asks' ELSE '' END) FROM shipments";
    assert_eq!(demo.raw.number(states).await, 5);
    let fetched = demo.raw.number("SELECT COUNT(*) FROM downloads WHERE done_at IS NOT NULL").await;
    assert_eq!(fetched, demo.raw.number("SELECT COUNT(*) FROM downloads").await);

    // What is new waits for whoever coordinates, with one button; the vendor sees who fetched what.
    let maya = demo.role("coordinator").await;
    let home = demo.page(&maya, "/").await;
    assert!(home.contains("SiteMesh Civil 2027.2 is ready for 2 serial numbers."), "{home}");
    assert!(home.contains("waits until you say that its address is right"), "{home}");
    assert!(demo.page(&maya, "/downloads").await.contains("New since your last visit"));
    assert!(demo.page(&maya, "/products/378-97366946").await.contains("2027.2 is ready"));
    let releases = demo.role("releases").await;
    let home = demo.page(&releases, "/").await;
    assert!(home.contains("SiteMesh Civil 2027.2: 1 of 9 people who were told downloaded it."), "{home}");
}

#[tokio::test(flavor = "multi_thread")]
async fn demo_on_sqlite() {
    demo(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn demo_on_postgres() {
    demo(Engine::Postgres).await;
}
