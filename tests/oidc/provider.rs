//! A provider that says whatever a test wants, over real HTTP and with real signatures: what an attacker could run.
use axum::extract::{Form, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use data_encoding::BASE64URL_NOPAD as B64;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

pub struct Key {
    pair: EcdsaKeyPair,
    kid: &'static str,
}

impl Key {
    pub fn new(kid: &'static str) -> Self {
        let random = SystemRandom::new();
        let text = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, text.as_ref(), &random).unwrap();
        Self { pair, kid }
    }

    fn published(&self) -> Value {
        let point = self.pair.public_key().as_ref();
        let (x, y) = (B64.encode(&point[1..33]), B64.encode(&point[33..]));
        json!({"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.kid, "x": x, "y": y})
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let text =
            format!("{}.{}", B64.encode(header.to_string().as_bytes()), B64.encode(claims.to_string().as_bytes()));
        let signature = self.pair.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
        format!("{text}.{}", B64.encode(signature.as_ref()))
    }
}

/// What it says next.
pub struct Says {
    pub signs: Key,
    /// Another key than the one it signs with.
    pub publishes: Option<Key>,
    /// Claims that replace the good ones; `null` takes one away.
    pub claims: Value,
    /// Told at the userinfo endpoint only.
    pub userinfo: Option<Value>,
    pub header: Value,
    /// Of the sign-in under way.
    pub nonce: String,
    pub challenge: String,
    /// Codes that were redeemed, and the secret that came along.
    pub redeemed: Vec<(String, Option<String>)>,
    /// The description is this instead.
    pub description: Option<Description>,
}

pub enum Description {
    Redirect,
    Huge,
    OtherIssuer,
    Silent,
}

#[derive(Clone)]
pub struct Provider {
    pub issuer: String,
    pub says: Arc<Mutex<Says>>,
}

impl Provider {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let says = Says {
            signs: Key::new("one"),
            publishes: None,
            claims: json!({}),
            userinfo: None,
            header: json!({"alg": "ES256", "kid": "one"}),
            nonce: String::new(),
            challenge: String::new(),
            redeemed: Vec::new(),
            description: None,
        };
        let provider = Self { issuer, says: Arc::new(Mutex::new(says)) };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(description))
            .route("/jwks", get(jwks))
            .route("/token", post(token))
            .route("/userinfo", get(userinfo))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    /// Says this of the person from now on.
    pub fn claims(&self, claims: Value) {
        self.says.lock().unwrap().claims = claims;
    }

    pub fn with(&self, change: impl FnOnce(&mut Says)) {
        change(&mut self.says.lock().unwrap());
    }

    fn good(&self, says: &Says) -> Value {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        json!({
            "iss": self.issuer, "aud": "center", "sub": "s-1", "iat": now, "exp": now + 300, "nonce": says.nonce,
            "email": "sc@acme.example", "email_verified": true, "given_name": "Cid", "family_name": "Acme",
        })
    }
}

fn merged(mut good: Value, other: &Value) -> Value {
    for (name, value) in other.as_object().into_iter().flatten() {
        match value {
            Value::Null => drop(good.as_object_mut().unwrap().remove(name)),
            value => good[name] = value.clone(),
        }
    }
    good
}

async fn description(State(provider): State<Provider>) -> Response {
    let at = |path: &str| format!("{}{path}", provider.issuer);
    let mut text = json!({
        "issuer": provider.issuer, "authorization_endpoint": at("/authorize"), "token_endpoint": at("/token"),
        "jwks_uri": at("/jwks"), "userinfo_endpoint": at("/userinfo"), "response_types_supported": ["code"],
        "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["ES256"],
    });
    let silent = match &provider.says.lock().unwrap().description {
        None => false,
        Some(Description::Redirect) => return Redirect::to("http://127.0.0.1:9/elsewhere").into_response(),
        Some(Description::Huge) => {
            text["padding"] = "x".repeat(300 * 1024).into();
            false
        }
        Some(Description::OtherIssuer) => {
            text["issuer"] = "http://127.0.0.1:9".into();
            false
        }
        Some(Description::Silent) => true,
    };
    if silent {
        std::future::pending::<()>().await;
    }
    Json(text).into_response()
}

async fn jwks(State(provider): State<Provider>) -> Json<Value> {
    let says = provider.says.lock().unwrap();
    Json(json!({"keys": [says.publishes.as_ref().unwrap_or(&says.signs).published()]}))
}

async fn token(
    State(provider): State<Provider>,
    headers: axum::http::HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let mut says = provider.says.lock().unwrap();
    let secret = headers.get("authorization").map(|v| v.to_str().unwrap().to_owned());
    says.redeemed.push((form["code"].clone(), secret));
    let challenge = B64.encode(&Sha256::digest(&form["code_verifier"]));
    if challenge != says.challenge || form["grant_type"] != "authorization_code" {
        return (axum::http::StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_grant"}))).into_response();
    }
    let claims = merged(provider.good(&says), &says.claims);
    let token = match says.header["alg"].as_str() {
        Some("none") => {
            let part = |value: &Value| B64.encode(value.to_string().as_bytes());
            format!("{}.{}.", part(&says.header), part(&claims))
        }
        _ => says.signs.sign(&says.header, &claims),
    };
    Json(json!({"access_token": "a-token", "token_type": "Bearer", "id_token": token})).into_response()
}

async fn userinfo(State(provider): State<Provider>) -> Response {
    match &provider.says.lock().unwrap().userinfo {
        Some(told) => Json(told.clone()).into_response(),
        None => axum::http::StatusCode::NOT_FOUND.into_response(),
    }
}
