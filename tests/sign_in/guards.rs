//! Over all routes: the headers of each answer, requests of other sites, forms without their token, hosts that are not ours.
use super::*;
use subscription_center::web;

on_both! {
    each_answer_has_its_headers_and_names_no_foreign_host
    each_form_refuses_other_sites_and_missing_tokens
    no_page_leads_away
}

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const EVIL: &str = "evil.example";

/// A path that leads to something, where there is something.
fn path(pattern: &str) -> String {
    let mut path = pattern.to_owned();
    for (name, value) in [
        ("{contract_number}", "100000000001"),
        ("{serial_number}", "S1"),
        ("{handle}", "h3"),
        ("{email}", "sc@acme.example"),
    ] {
        path = path.replace(name, value);
    }
    let mut out = String::new();
    for part in path.split('/').skip(1) {
        out.push('/');
        out.push_str(if part.starts_with('{') { "1" } else { part });
    }
    out
}

/// Signed in, signed out, and as staff; every route by its own method, and one that is nowhere.
async fn each_answer_has_its_headers_and_names_no_foreign_host(world: World) {
    let mut answers = 0;
    for route in web::routes(true) {
        for who in [0, 1, 21] {
            if who > 0 {
                world.sign_in(who).await;
            }
            let what = format!("{} {}", route.method, path(route.path));
            let answer = world.call_with(who, &what, &[("host", EVIL), ("x-forwarded-host", EVIL)], "").await;
            guarded(&what, &answer);
            answers += 1;
        }
    }
    for what in ["GET /nowhere", "POST /nowhere", "PUT /account", "GET /api/v1/nowhere"] {
        guarded(what, &world.call_with(1, what, &[("host", EVIL)], "").await);
    }
    // What was written and is to be mailed knows the configured address only.
    world.call_with(0, "POST /sign-in", &[("host", EVIL)], "how=link&email=cm%40acme.example").await;
    let mails = format!("SELECT COUNT(*) FROM notices WHERE body_text LIKE '%{EVIL}%' OR body_html LIKE '%{EVIL}%'");
    assert_eq!(world.number(&mails).await, 0);
    println!("{answers} answers with the strict policy, all headers, and no host but the configured one");
}

fn guarded(what: &str, answer: &Answer) {
    let header = |name: &str| answer.headers.get(name).map(|v| v.to_str().unwrap()).unwrap_or_default();
    assert!(answer.status < 500, "{what}: {}", answer.status);
    let policy = header("content-security-policy");
    match what {
        // The frame of a mail in the demo may style itself and runs nothing at all; its page may show it.
        "GET /demo/mail/1/html" => {
            assert!(policy.contains("sandbox") && policy.starts_with("default-src 'none'"), "{what}")
        }
        "GET /demo/mail/1" => assert_eq!(policy, format!("{POLICY}; frame-src 'self'"), "{what}"),
        _ => assert_eq!(policy, POLICY, "{what}"),
    }
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        assert_eq!(header(name), value, "{what}: {name}");
    }
    assert!(["DENY", "SAMEORIGIN"].contains(&header("x-frame-options")), "{what}");
    assert!(!header("permissions-policy").is_empty(), "{what}");
    assert!(!answer.body.contains(EVIL), "{what} names a foreign host");
    for (_, value) in &answer.headers {
        assert!(!value.to_str().unwrap_or_default().contains(EVIL), "{what} names a foreign host in a header");
    }
    for cookie in answer.headers.get_all("set-cookie") {
        let cookie = cookie.to_str().unwrap();
        assert!(cookie.contains("SameSite=Lax") && cookie.contains("Path=/"), "{what}: {cookie}");
        // The colours are read by pages before somebody signs in; they are no secret.
        assert!(cookie.contains("HttpOnly") || cookie.starts_with("theme="), "{what}: {cookie}");
    }
}

/// Forms whose token is not what is looked at first. A file that a form brings is read by whoever may send it only, and its token
/// before its first byte; what stops a kind of mail with one click is posted by mail programs (RFC 8058), and its secret is in the address.
const OTHERWISE: &[(&str, u16)] = &[("/vendor/releases/{release}/artifacts", 404), ("/unsubscribe/{token}", 404)];

async fn each_form_refuses_other_sites_and_missing_tokens(world: World) {
    let (mut forms, mut calls) = (0, 0);
    for route in web::routes(true).into_iter().filter(|route| route.method == "POST") {
        let (what, path) = (format!("POST {}", path(route.path)), path(route.path));
        let before = world.digest().await;
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
            ("origin", "null"),
        ] {
            let answer = world.call_with(1, &what, &[(name, value)], "theme=dark&email=cm%40acme.example").await;
            assert_eq!(answer.status, 403, "{what} with {name}: {value}");
            calls += 1;
        }
        if !path.starts_with("/api/") {
            let form = "application/x-www-form-urlencoded";
            let refused = OTHERWISE.iter().find(|(path, _)| *path == route.path).map_or(422, |(_, status)| *status);
            for body in [
                "",
                "csrf=",
                "csrf=x&theme=dark",
                &format!("csrf={}", subscription_center::auth::secret::form_token("2")),
            ] {
                let answer = world.raw("POST", &path, &[("cookie", "session=1"), ("content-type", form)], body).await;
                assert_eq!(answer.status, refused, "{what} with {body}: {}", answer.body);
                calls += 1;
            }
            forms += 1;
        }
        assert_eq!(world.digest().await, before, "{what} changed something");
    }
    assert!(forms > 20, "{forms} forms");
    println!("{calls} forged requests to {forms} forms and the API: all refused, nothing changed");
}

async fn no_page_leads_away(world: World) {
    world.give_password(MANAGER.0).await;
    let mut asked = 0;
    for to in [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "evil.example",
    ] {
        let encoded: String = form_urlencoded::byte_serialize(to.as_bytes()).collect();
        let inside = |answer: &Answer, what: &str| {
            let location = answer.location();
            let ours = location.starts_with('/') && !location.starts_with("//") && !location.starts_with("/\\");
            assert!(ours, "{what} with {to} leads to {location}");
        };
        let signed_in = format!("email=cm%40acme.example&password={PASSWORD}&return_to={encoded}");
        inside(&world.call(0, "POST /sign-in", &signed_in).await, "sign-in");
        for what in ["POST /account/theme", "POST /sign-in/again/mail"] {
            inside(&world.call(1, what, &format!("theme=dark&return_to={encoded}")).await, what);
            asked += 1;
        }
        for page in ["/sign-in", "/sign-in/again"] {
            let answer = world
                .call(i64::from(page != "/sign-in"), &format!("GET {page}?sent=true&return_to={encoded}"), "")
                .await;
            assert_eq!(answer.status, 200);
            // The form of the colours names this page itself, encoded; no attribute begins with another site.
            assert!(!answer.body.contains(&format!("=\"{to}")), "{page} with {to}");
            assert!(!answer.body.contains("=\"javascript:"), "{page} with {to}");
            asked += 1;
        }
    }
    println!("{asked} ways to another site: none leads there");
}
