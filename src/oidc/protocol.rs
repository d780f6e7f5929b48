//! The protocol itself: OpenID Connect's code flow with PKCE. This is the only file that knows the crate that speaks it.
//! Nothing of a provider is kept: its description and its keys are fetched for each sign-in, so that a key that it changed is
//! known at once.
use super::http::{CallError, Calls};
use super::ticket::Ticket;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdToken, CoreIdTokenClaims, CoreJwsSigningAlgorithm,
    CoreProviderMetadata, CoreUserInfoClaims,
};
use openidconnect::{
    AccessToken, AccessTokenHash, AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, DiscoveryError,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, TokenResponse,
};

/// How a provider knows this installation.
#[derive(Clone)]
pub struct Client {
    /// The provider's address.
    pub issuer: String,
    /// As it calls us.
    pub id: String,
    /// What we prove ourselves with; none: a public client, which PKCE protects.
    pub secret: Option<String>,
    /// Where it sends people back to.
    pub redirect: String,
    /// How far calls may go.
    pub calls: Calls,
}

/// Who somebody is, says the provider; every claim is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Who says so.
    pub issuer: String,
    /// The person's name there, for good.
    pub subject: String,
    /// The address; empty where it was not told.
    pub email: String,
    /// Whether the provider made sure of it.
    pub verified: bool,
    /// Whether it says that two factors were proven (`amr`, RFC 8176).
    pub strong: bool,
    /// First name, if told.
    pub first_name: String,
    /// Last name, if told.
    pub last_name: String,
}

/// Why signing in did not work, in words for the person who tried; what is said is safe to show.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProtocolError {
    /// The address cannot be one.
    #[error("the provider's address is not one; it looks like https://login.company.com")]
    Address,
    /// It could not be asked.
    #[error("{0}")]
    Call(#[from] CallError),
    /// What it says of itself cannot be used.
    #[error("the provider's description of itself cannot be read; look at the issuer's address, to the letter")]
    Description,
    /// It refused the code, or the client.
    #[error("the provider refused to confirm the sign-in: {0}")]
    Refused(String),
    /// What it sent cannot be trusted: who signed, for whom, when, for which try.
    #[error("the provider's answer cannot be trusted: {0}")]
    Untrusted(&'static str),
}

/// What a test of the connection found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// Where people sign in.
    pub authorizes_at: String,
    /// Keys that it signs with now.
    pub keys: usize,
}

/// What a provider calls two factors.
const STRONG: [&str; 1] = ["mfa"];

type Ready =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// Signatures that count: those that only the provider can make. A secret that both sides have proves nothing.
fn algorithms() -> [CoreJwsSigningAlgorithm; 9] {
    use CoreJwsSigningAlgorithm::*;
    [
        RsaSsaPkcs1V15Sha256,
        RsaSsaPkcs1V15Sha384,
        RsaSsaPkcs1V15Sha512,
        RsaSsaPssSha256,
        RsaSsaPssSha384,
        RsaSsaPssSha512,
        EcdsaP256Sha256,
        EcdsaP384Sha384,
        EdDsa,
    ]
}

async fn described(issuer: &str, calls: &Calls) -> Result<CoreProviderMetadata, ProtocolError> {
    let issuer = IssuerUrl::new(issuer.to_owned()).map_err(|_| ProtocolError::Address)?;
    CoreProviderMetadata::discover_async(issuer, calls).await.map_err(|error| match error {
        DiscoveryError::Request(error) => ProtocolError::Call(error),
        DiscoveryError::UrlParse(_) => ProtocolError::Address,
        _ => ProtocolError::Description,
    })
}

/// Whether the provider answers, and with what.
pub async fn test(issuer: &str, calls: Calls) -> Result<Description, ProtocolError> {
    let provider = described(issuer, &calls).await?;
    let authorizes_at = provider.authorization_endpoint().to_string();
    Ok(Description { authorizes_at, keys: provider.jwks().keys().len() })
}

impl Client {
    async fn ready(&self) -> Result<Ready, ProtocolError> {
        let provider = described(&self.issuer, &self.calls).await?;
        let methods = provider.token_endpoint_auth_methods_supported();
        // Without a word of the provider, RFC 8414 says basic.
        let posts = methods.is_some_and(|m| {
            m.contains(&CoreClientAuthMethod::ClientSecretPost) && !m.contains(&CoreClientAuthMethod::ClientSecretBasic)
        });
        let redirect = RedirectUrl::new(self.redirect.clone()).map_err(|_| ProtocolError::Address)?;
        let secret = self.secret.clone().map(ClientSecret::new);
        let client = CoreClient::from_provider_metadata(provider, ClientId::new(self.id.clone()), secret);
        let auth = if posts { AuthType::RequestBody } else { AuthType::BasicAuth };
        Ok(client.set_redirect_uri(redirect).set_auth_type(auth))
    }

    /// Where to send the browser.
    pub async fn authorize(&self, ticket: &Ticket, hint: &str) -> Result<String, ProtocolError> {
        let client = self.ready().await?;
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(ticket.verifier()));
        let (state, nonce) = (CsrfToken::new(ticket.state()), Nonce::new(ticket.nonce()));
        let request = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, move || state, move || nonce)
            .add_scopes(["email", "profile"].map(|scope| Scope::new(scope.to_owned())))
            .set_pkce_challenge(challenge);
        let request = if hint.is_empty() { request } else { request.add_extra_param("login_hint", hint) };
        let (url, _, _) = request.url();
        let (scheme, host) = (url.scheme(), url.host_str().unwrap_or_default());
        // The browser goes there, not this server; but nowhere that is not the web.
        match self.calls.0.allows_url(scheme, host) {
            true => Ok(url.to_string()),
            false => Err(ProtocolError::Call(CallError::Barred)),
        }
    }

    /// Redeems the code that came back, and says who it is for.
    pub async fn redeem(&self, ticket: &Ticket, code: &str) -> Result<Identity, ProtocolError> {
        let client = self.ready().await?;
        let request = client.exchange_code(AuthorizationCode::new(code.to_owned()));
        let request = request.map_err(|_| ProtocolError::Description)?;
        let answer =
            request.set_pkce_verifier(PkceCodeVerifier::new(ticket.verifier())).request_async(&self.calls).await;
        let answer = answer.map_err(|error| match error {
            RequestTokenError::ServerResponse(said) => ProtocolError::Refused(said.error().as_ref().to_owned()),
            RequestTokenError::Request(error) => ProtocolError::Call(error),
            _ => ProtocolError::Refused("its answer cannot be read".to_owned()),
        })?;
        let token = answer.id_token().ok_or(ProtocolError::Untrusted("it sent no identity"))?;
        let claims = self.trusted(&client, token, ticket, answer.access_token())?;
        let mut identity = identity(&claims);
        if identity.email.is_empty() {
            self.complete(&client, &claims, answer.access_token(), &mut identity).await?;
        }
        Ok(identity)
    }

    fn trusted(
        &self,
        client: &Ready,
        token: &CoreIdToken,
        ticket: &Ticket,
        access: &AccessToken,
    ) -> Result<CoreIdTokenClaims, ProtocolError> {
        use openidconnect::ClaimsVerificationError as Wrong;
        let verifier = client.id_token_verifier().set_allowed_algs(algorithms());
        let claims = token.claims(&verifier, &Nonce::new(ticket.nonce())).map_err(|error| {
            ProtocolError::Untrusted(match error {
                Wrong::Expired(_) => "it has expired; check the provider's clock",
                Wrong::InvalidAudience(_) => "it is for somebody else; check the client id",
                Wrong::InvalidIssuer(_) => "it names another issuer",
                Wrong::InvalidNonce(_) => "it belongs to another sign-in",
                Wrong::SignatureVerification(_) => "its signature is not one of the provider's keys",
                _ => "it is not as OpenID Connect says",
            })
        })?;
        if let Some(expected) = claims.access_token_hash() {
            let wrong = || ProtocolError::Untrusted("its tokens do not belong together");
            let key = token.signing_key(&verifier).map_err(|_| wrong())?;
            let algorithm = token.signing_alg().map_err(|_| wrong())?;
            let found = AccessTokenHash::from_token(access, algorithm, key).map_err(|_| wrong())?;
            if found != *expected {
                return Err(wrong());
            }
        }
        Ok(claims.clone())
    }

    /// Some providers tell the address only when asked once more.
    async fn complete(
        &self,
        client: &Ready,
        claims: &CoreIdTokenClaims,
        access: &AccessToken,
        identity: &mut Identity,
    ) -> Result<(), ProtocolError> {
        let Ok(request) = client.user_info(access.clone(), Some(claims.subject().clone())) else { return Ok(()) };
        let told: CoreUserInfoClaims = request.request_async(&self.calls).await.map_err(|error| match error {
            openidconnect::UserInfoError::Request(error) => ProtocolError::Call(error),
            _ => ProtocolError::Untrusted("what it says of the person does not belong to the sign-in"),
        })?;
        identity.email = told.email().map(|e| e.to_string()).unwrap_or_default();
        identity.verified = told.email_verified() == Some(true);
        if identity.first_name.is_empty() && identity.last_name.is_empty() {
            identity.first_name =
                told.given_name().and_then(|n| n.get(None)).map(|n| n.to_string()).unwrap_or_default();
            identity.last_name =
                told.family_name().and_then(|n| n.get(None)).map(|n| n.to_string()).unwrap_or_default();
        }
        Ok(())
    }
}

fn identity(claims: &CoreIdTokenClaims) -> Identity {
    let first = claims.given_name().and_then(|n| n.get(None));
    let last = claims.family_name().and_then(|n| n.get(None));
    Identity {
        issuer: claims.issuer().to_string(),
        subject: claims.subject().to_string(),
        email: claims.email().map(|e| e.to_string()).unwrap_or_default(),
        verified: claims.email_verified() == Some(true),
        strong: claims.auth_method_refs().is_some_and(|all| all.iter().any(|m| STRONG.contains(&m.as_str()))),
        first_name: first.map(|n| n.to_string()).unwrap_or_default(),
        last_name: last.map(|n| n.to_string()).unwrap_or_default(),
    }
}
