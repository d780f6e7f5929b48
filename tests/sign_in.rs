//! Signing in, asked as a browser asks, on both databases: throttles, what an answer gives away, sessions, fresh proofs; and what
//! guards every route.
mod factors;
mod guards;
mod sessions;
mod throttles;
use crate::world::{Answer, World};
use subscription_center::auth::hashing;
use testkit::product::Engine;

const PASSWORD: &str = "umbrella-kettle-97";
/// Somebody with a password.
const MANAGER: (i64, &str) = (1, "cm@acme.example");

impl World {
    /// Gives a person a password, as it would be stored.
    async fn give_password(&self, person: i64) {
        let phc = hashing::hash(PASSWORD).await.unwrap();
        self.exec(&format!("INSERT INTO passwords (person_id, phc, set_at) VALUES ({person}, '{phc}', 1)")).await;
    }

    /// Tries a password from an address; behind a proxy that is trusted, when the test says so.
    async fn try_password(&self, from: &str, cookie: &str, email: &str, password: &str) -> Answer {
        let body = format!("email={}&password={}", email.replace('@', "%40"), password.replace(' ', "+"));
        let headers = [("x-forwarded-for", from), ("cookie", cookie)];
        self.call_with(0, "POST /sign-in", &headers, &body).await
    }
}

impl Answer {
    /// The value of a cookie that the answer sets.
    fn cookie(&self, name: &str) -> Option<String> {
        let set = self.headers.get_all("set-cookie").into_iter().filter_map(|value| value.to_str().ok());
        let pairs = set.filter_map(|value| value.split(';').next()).filter_map(|pair| pair.split_once('='));
        pairs.filter(|(n, v)| *n == name && !v.is_empty()).map(|(_, v)| v.to_owned()).next()
    }

    fn location(&self) -> &str {
        self.headers.get("location").map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}
