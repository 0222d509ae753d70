//! Tokens of services, and who may call which route.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use std::{sync::Arc, time::Duration};

use http::{HeaderMap, HeaderValue, Method};
use serde_json::{Value, json};
use tsk::Secret;

use super::{
    Mesh, MeshIdentity, SERVICE_NAME, SERVICE_TOKEN, SERVICE_VERSION,
    policy::AccessPolicy,
    token::{Invalid, MeshKeys},
};
use crate::{
    base::{
        clock::{self, Clock, Moved},
        fuzz, limits,
    },
    capability::fixture,
};

const ONE: &str = "0123456789abcdef0123456789abcdef";
const TWO: &str = "fedcba9876543210fedcba9876543210";
const MINUTE: Duration = Duration::from_secs(60);

fn now() -> u64 {
    clock::system().wall().as_second().try_into().unwrap()
}

fn keys(secrets: &[&str]) -> Arc<MeshKeys> {
    keys_at(secrets, clock::system())
}

fn keys_at(secrets: &[&str], clock: Arc<dyn Clock>) -> Arc<MeshKeys> {
    let secrets: Vec<_> = secrets.iter().map(|secret| Secret::new((*secret).to_owned())).collect();
    Arc::new(MeshKeys::new(&secrets, clock).unwrap())
}

fn mesh(mesh: Value) -> Mesh {
    let routes = json!({"POST /charges": "a.b", "/accounts/{id}": "a.b", "GET /health": "a.b", "GET /open": "a.b"});
    let config = fixture::config(json!({"mesh": mesh, "routes": routes}));
    Mesh::new(&config, &"payment-service".into(), "1")
        .map(|(mesh, _)| mesh)
        .unwrap()
}

fn service() -> Mesh {
    mesh(json!({"secret": [ONE, TWO], "allow": {
        "POST /charges": ["order-service", "billing"], "GET /accounts/{id}": "*", "GET /health": "public", "*": "user_service",
    }}))
}

/// `method path`, with a token; the caller's name, or the status of the refusal.
fn asked(mesh: &Mesh, line: &str, token: Option<&str>) -> Result<Option<String>, u16> {
    asked_with(mesh, line, token, &[])
}

fn asked_with(mesh: &Mesh, line: &str, token: Option<&str>, names: &[&str]) -> Result<Option<String>, u16> {
    let (method, path) = line.split_once(' ').unwrap();
    let names: Vec<Arc<str>> = names.iter().map(|name| (*name).into()).collect();
    let mut headers = HeaderMap::new();
    if let Some(token) = token {
        headers.insert(SERVICE_TOKEN, token.parse().unwrap());
    }
    let checked = mesh.policy.check(&method.parse().unwrap(), path, &headers, &names);
    checked
        .map(|name| name.map(|name| name.to_string()))
        .map_err(|refused| {
            assert!(!format!("{refused:?}").contains(ONE), "{refused:?}");
            // The words of a library are none for whoever reads the log.
            for word in [
                "line ",
                "column",
                "expected",
                "variant",
                "field",
                "Invalid",
                "symbol",
                "JSON error",
            ] {
                assert!(!refused.reason.contains(word), "{refused:?}");
            }
            refused.status
        })
}

fn token(from: &str, to: &str) -> String {
    keys(&[ONE]).sign(from, to, now(), MINUTE).unwrap()
}

#[test]
fn who_may_call_what() {
    let mesh = service();
    let of = |from: &str| token(from, "payment-service");
    let (order, user, other) = (of("order_service"), of("user-service"), of("other"));
    let some = |name: &str| Ok(Some(name.to_owned()));
    for (line, token, expected) in [
        ("POST /charges", None, Err(401)),
        ("POST /charges", Some(&order), some("order_service")),
        ("POST /charges", Some(&user), Err(403)),
        ("GET /accounts/{id}", None, Err(401)),
        ("GET /accounts/{id}", Some(&other), some("other")),
        ("GET /health", None, Ok(None)),
        ("GET /health", Some(&other), some("other")),
        ("GET /open", None, Err(401)),
        ("GET /open", Some(&user), some("user-service")),
        ("GET /open", Some(&order), Err(403)),
    ] {
        let token = token.map(String::as_str);
        assert_eq!(asked(&mesh, line, token), expected, "{line} {token:?}");
    }
    let bad = "a.b.c";
    assert_eq!(
        asked(&mesh, "GET /health", Some(bad)),
        Ok(None),
        "nobody has to say who they are"
    );
    assert_eq!(asked(&mesh, "POST /charges", Some(bad)), Err(401));
}

#[test]
fn the_log_says_in_words_what_is_wrong_with_a_token() {
    let reason = |token: &str| match keys(&[TWO]).verify(token) {
        Err(Invalid::Other(reason)) => reason,
        other => panic!("{token}: {other:?}"),
    };
    let part = |json: &str| URL_SAFE_NO_PAD.encode(json);
    let signed = |claims: &str| {
        let message = format!("{}.{}", part(r#"{"alg":"HS256"}"#), part(claims));
        let key = jsonwebtoken::EncodingKey::from_secret(TWO.as_bytes());
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, jsonwebtoken::Algorithm::HS256).unwrap();
        format!("{message}.{signature}")
    };
    for (token, expected) in [
        ("a".to_owned(), "it has not three parts"),
        (
            format!("{}.e30.AA", part(r#"{"alg":"none"}"#)),
            "its header is no JSON object with an `alg` that is known: HS256",
        ),
        (
            format!("{}.e30.AA", part("[]")),
            "its header is no JSON object with an `alg` that is known: HS256",
        ),
        (
            format!("{}.e30.AA", part(r#"{"alg":"HS512"}"#)),
            "its header names another way to sign than HS256 (`alg`)",
        ),
        (
            "=.e30.AA".to_owned(),
            "a part of it is not plain Base64 of the kind for URLs, without `=`",
        ),
        (
            token("a", "b"),
            "it was signed with another `secret` than those of [mesh]",
        ),
        (
            signed(r#"{"aud":"b","exp":9999999999}"#),
            "what it says is no JSON object with the texts `iss` and `aud`",
        ),
        (
            signed(r#"{"iss":7,"aud":"b","exp":9999999999}"#),
            "what it says is no JSON object with the texts `iss` and `aud`",
        ),
        (
            signed("[]"),
            "what it says is no JSON object with the texts `iss` and `aud`",
        ),
        (signed(r#"{"iss":"a","aud":"b"}"#), "it has no `exp`"),
        (
            signed(r#"{"iss":"a","aud":"b","exp":9999999999,"x":1,"x":2}"#),
            "its header or what it says is no JSON object, or has a name twice",
        ),
    ] {
        assert_eq!(reason(&token), expected, "{token}");
    }
}

#[test]
fn a_certificate_counts_as_a_token_does() {
    let mesh = mesh(json!({"secret": ONE, "allow": {"POST /charges": ["order-service"], "GET /accounts/{id}": "*"}}));
    let some = |name: &str| Ok(Some(name.to_owned()));
    let charge = |names: &[&str]| asked_with(&mesh, "POST /charges", None, names);
    assert_eq!(charge(&["order-service"]), some("order-service"));
    assert_eq!(charge(&["other", "order_service.prod.svc"]), some("order_service"));
    assert_eq!(charge(&["other.order-service"]), Err(403));
    assert_eq!(
        asked_with(&mesh, "GET /accounts/{id}", None, &["mail.prod"]),
        some("mail")
    );
    let by_token = token("order-service", "payment-service");
    assert_eq!(
        asked_with(&mesh, "POST /charges", Some(&by_token), &["other"]),
        some("order-service")
    );
}

#[test]
fn without_a_section_everybody_may_call_and_nothing_is_signed() {
    let config = fixture::config(json!({}));
    let (mesh, warnings) = Mesh::new(&config, &"lone".into(), "2").unwrap();
    assert!(warnings.is_empty());
    assert_eq!(asked(&mesh, "GET /", Some("a.b.c")), Ok(None));
    let mut headers = HeaderMap::new();
    mesh.identity.mark(&mut headers, Some("other"));
    let shown: Vec<_> = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .collect();
    assert_eq!(shown, [("x-service-name", "lone"), ("x-service-version", "2")]);
}

#[test]
fn forged_tokens_are_refused() {
    let mesh = service();
    let sound = token("order-service", "payment-service");
    let parts: Vec<&str> = sound.split('.').collect();
    let with_header = |header: Value| format!("{}.{}.{}", encoded(&header), parts[1], parts[2]);
    let signed_text = |header: &str, claims: &str| {
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let key = jsonwebtoken::EncodingKey::from_secret(ONE.as_bytes());
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, jsonwebtoken::Algorithm::HS256).unwrap();
        format!("{message}.{signature}")
    };
    let signed = |header: Value, claims: Value| signed_text(&header.to_string(), &claims.to_string());
    let plain = json!({"alg": "HS256", "typ": "JWT"});
    let claims = |change: Value| {
        let mut claims = json!({
            "iss": "order-service", "aud": "payment-service", "iat": now() - 30, "exp": now() + 60,
        });
        claims
            .as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        claims
    };
    let right = signed(plain.clone(), claims(json!({})));
    assert_eq!(
        asked(&mesh, "POST /charges", Some(&right)),
        Ok(Some("order-service".to_owned()))
    );
    for (what, token) in [
        (
            "no algorithm",
            format!("{}.{}.", encoded(&json!({"alg": "none"})), parts[1]),
        ),
        ("no algorithm, with a signature", with_header(json!({"alg": "none"}))),
        ("another algorithm", with_header(json!({"alg": "HS512"}))),
        ("another family", with_header(json!({"alg": "RS256"}))),
        ("another name for it", with_header(json!({"alg": "hs256"}))),
        (
            "an algorithm that was not signed with",
            signed(json!({"alg": "HS384"}), claims(json!({}))),
        ),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("half a signature", sound[..sound.len() - 20].to_owned()),
        (
            "another key",
            keys(&["another key, that is long enough!"])
                .sign("order-service", "payment-service", now(), MINUTE)
                .unwrap(),
        ),
        (
            "other claims",
            format!("{}.{}.{}", parts[0], encoded(&claims(json!({}))), parts[2]),
        ),
        ("another service", token("order-service", "user-service")),
        ("expired", signed(plain.clone(), claims(json!({"exp": now() - 60})))),
        ("not yet", signed(plain.clone(), claims(json!({"nbf": now() + 60})))),
        ("no end", signed(plain.clone(), claims(json!({"exp": null})))),
        (
            "an end that is no number",
            signed(plain.clone(), claims(json!({"exp": "9999999999"}))),
        ),
        ("no issuer", signed(plain.clone(), claims(json!({"iss": null})))),
        ("no audience", signed(plain.clone(), claims(json!({"aud": null})))),
        (
            "too long",
            signed(plain.clone(), claims(json!({"x": "y".repeat(limits::MESH_TOKEN)}))),
        ),
        (
            "an end in a hundred years",
            signed(plain.clone(), claims(json!({"exp": now() + 100 * 365 * 86_400}))),
        ),
        (
            "a beginning in the future",
            signed(plain.clone(), claims(json!({"iat": now() + 30, "exp": now() + 60}))),
        ),
        (
            "a long life that began long ago",
            signed(plain.clone(), claims(json!({"iat": now() - 86_400}))),
        ),
        (
            "no life",
            signed(plain.clone(), claims(json!({"iat": now() + 2, "exp": now() + 2}))),
        ),
        ("no beginning", signed(plain.clone(), claims(json!({"iat": null})))),
        (
            "a beginning that is no number",
            signed(plain.clone(), claims(json!({"iat": -1.5}))),
        ),
        (
            "an end that is a real number beyond all",
            signed(plain.clone(), claims(json!({"exp": 1e300}))),
        ),
        (
            "something critical",
            signed(
                json!({"alg": "HS256", "crit": ["b64"], "b64": false}),
                claims(json!({})),
            ),
        ),
        (
            "nothing critical, said so",
            signed(json!({"alg": "HS256", "crit": []}), claims(json!({}))),
        ),
        (
            "two algorithms",
            signed_text(r#"{"alg":"HS256","alg":"HS256"}"#, &claims(json!({})).to_string()),
        ),
        (
            "a name twice in the header",
            signed_text(r#"{"alg":"HS256","x":1,"x":2}"#, &claims(json!({})).to_string()),
        ),
        (
            "two issuers",
            signed_text(
                &plain.to_string(),
                &claims(json!({})).to_string().replacen('{', r#"{"iss":"other","#, 1),
            ),
        ),
        (
            "a name twice among the claims",
            signed_text(
                &plain.to_string(),
                &claims(json!({})).to_string().replacen('{', r#"{"a":1,"\u0061":2,"#, 1),
            ),
        ),
        ("claims that are a list", signed_text(&plain.to_string(), "[]")),
        ("padding", format!("{sound}=")),
        ("bits beyond the signature", with_other_bits(&sound)),
        ("four parts", format!("{sound}.x")),
        ("nothing", String::new()),
    ] {
        assert_eq!(asked(&mesh, "POST /charges", Some(&token)), Err(401), "{what}");
    }
    let ahead = signed(plain.clone(), claims(json!({"iat": now() + 3})));
    assert!(asked(&mesh, "POST /charges", Some(&ahead)).is_ok(), "clocks differ");
    let late = signed(plain, claims(json!({"exp": now() - 2})));
    assert_eq!(
        asked(&mesh, "POST /charges", Some(&late)),
        Ok(Some("order-service".to_owned())),
        "clocks differ"
    );
}

/// A signature of 32 bytes leaves two bits of its last character free.
fn with_other_bits(token: &str) -> String {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = token.split_at(token.len() - 1);
    let at = LETTERS.find(last).unwrap();
    format!("{rest}{}", &LETTERS[at + 1..at + 2])
}

fn encoded(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

#[test]
fn two_tokens_are_none() {
    let sound = token("order-service", "payment-service");
    let mut headers = HeaderMap::new();
    for _ in 0..2 {
        headers.append(SERVICE_TOKEN, sound.parse().unwrap());
    }
    let refused = service()
        .policy
        .check(&Method::POST, "/charges", &headers, &[])
        .unwrap_err();
    assert_eq!(refused.status, 401);
    let mut headers = HeaderMap::new();
    headers.insert(SERVICE_TOKEN, HeaderValue::from_bytes(b"\xff").unwrap());
    assert_eq!(
        service()
            .policy
            .check(&Method::POST, "/charges", &headers, &[])
            .unwrap_err()
            .status,
        401
    );
}

#[test]
fn secrets_rotate() {
    let (old, both, new) = (keys(&[ONE]), keys(&[TWO, ONE]), keys(&[TWO]));
    let sign = |keys: &MeshKeys| keys.sign("a", "b", now(), MINUTE).unwrap();
    assert!(both.verify(&sign(&old)).is_ok() && new.verify(&sign(&both)).is_ok() && both.verify(&sign(&new)).is_ok());
    assert!(matches!(new.verify(&sign(&old)), Err(Invalid::Other(_))));
    let expired = old.sign("a", "b", now() - 100, MINUTE).unwrap();
    assert_eq!(
        both.verify(&expired).unwrap_err(),
        Invalid::Expired,
        "whichever key it was"
    );
}

#[test]
fn a_token_is_kept_for_less_than_half_of_its_life() {
    let identity = |lifetime| MeshIdentity::new(&"a".into(), "1", Some(keys(&[ONE])), Duration::from_secs(lifetime));
    let lasting = identity(3600);
    let first = lasting.token("b").unwrap();
    assert_eq!(lasting.token("b").unwrap(), first);
    assert_ne!(lasting.token("c").unwrap(), first, "each audience has its own");
    assert!(first.is_sensitive() && !format!("{first:?}").contains("ey"));
    let brief = identity(2);
    assert_ne!(brief.token("b").unwrap(), brief.token("b").unwrap());
    for n in 0..3 * limits::MESH_TOKENS {
        lasting.token(&n.to_string()).unwrap();
    }
    let kept = lasting.tokens.lock().len();
    assert!((1..=limits::MESH_TOKENS).contains(&kept), "{kept}");
    let said = keys(&[ONE]).verify(first.to_str().unwrap()).unwrap();
    assert_eq!((&*said.iss, &*said.aud), ("a", "b"));
}

#[test]
fn headers_are_marked() {
    let mesh = service();
    let mut headers = HeaderMap::new();
    headers.insert(SERVICE_TOKEN, HeaderValue::from_static("somebody else's"));
    mesh.identity.mark(&mut headers, None);
    assert_eq!(
        (&headers[SERVICE_NAME], &headers[SERVICE_VERSION]),
        (&"payment-service".parse().unwrap(), &"1".parse().unwrap())
    );
    assert!(!headers.contains_key(SERVICE_TOKEN));
    mesh.identity.mark(&mut headers, Some("order_service"));
    assert!(headers.contains_key(SERVICE_TOKEN));
}

/// The codes of what is wrong with a section, errors first.
fn wrong(mesh: Value) -> Vec<String> {
    let config = fixture::config(json!({"mesh": mesh, "routes": {"GET /a": "a.b", "/b/{id}": "a.b"}}));
    let diagnostics = match Mesh::new(&config, &"a".into(), "1") {
        Ok((_, warnings)) => warnings,
        Err(errors) => errors,
    };
    diagnostics
        .iter()
        .map(|one| {
            let help = one.help.as_deref().unwrap_or_default();
            assert!(
                !help.is_empty() && !one.message.contains("0123") && !help.contains("0123"),
                "{one:?}"
            );
            format!("{}: {} / {help}", one.code, one.message)
        })
        .collect()
}

#[test]
fn mistakes_are_explained() {
    for (section, expected) in [
        (json!(7), &["wrong-setting"][..]),
        (json!({"secrets": ONE}), &["did you mean `secret`?"]),
        (json!({"secret": ONE}), &["write `@env.secure(\"MESH_SECRET\")`"]),
        (json!({"secret": "0123"}), &["has 4 bytes", "openssl rand -hex 32"]),
        (json!({"secret": []}), &["has no secret"]),
        (json!({"secret": [ONE, 7]}), &["a secret is a text"]),
        (json!({"secret": ONE, "token_lifetime": "5s"}), &["mesh.token_lifetime"]),
        (json!({"secret": ONE, "token_lifetime": "2h"}), &["mesh.token_lifetime"]),
        (json!({"allow": {"GET /a": "*"}}), &["`mesh.secret` is missing"]),
        (json!({"secret": ONE, "allow": []}), &["`mesh.allow` must be"]),
        (
            json!({"secret": ONE, "allow": {"GET /aa": "*"}}),
            &["[routes] has no `GET /aa`", "did you mean `\"GET /a\"`?"],
        ),
        (
            json!({"secret": ONE, "allow": {"POST /a": "*"}}),
            &["[routes] has no `POST /a`"],
        ),
        (
            json!({"secret": ONE, "allow": {"GET /b/{key}": "*"}}),
            &["[routes] has no `GET /b/{key}`"],
        ),
        (
            json!({"secret": ONE, "allow": {"x": ["*", "y"]}}),
            &["[routes] has no `x`", "write `\"*\"` alone"],
        ),
        (json!({"secret": ONE, "allow": {"GET /a": []}}), &["nobody could call"]),
        (json!({"secret": ONE, "allow": {"GET /a": [7]}}), &["names no service"]),
    ] {
        let found = wrong(section.clone()).join("\n");
        for part in expected {
            assert!(found.contains(part), "{section}: `{part}` is not in\n{found}");
        }
    }
}

#[test]
fn a_clock_that_is_set_stops_no_token() {
    let clock = Moved::new();
    let keys = keys_at(&[ONE], clock.clone());
    let identity = MeshIdentity::new(&"order-service".into(), "1", Some(keys.clone()), MINUTE);
    let policy = AccessPolicy::new(&"order-service".into(), Some(keys), Vec::new());
    let said = |token: &HeaderValue| {
        let headers = HeaderMap::from_iter([(SERVICE_TOKEN, token.clone())]);
        let checked = policy.check(&Method::GET, "/open", &headers, &[]);
        checked.unwrap().map(|name| name.to_string())
    };
    let token = || identity.token("order-service").unwrap();
    let own = Some("order-service".to_owned());
    for hours in [1, -1, -1, 1] {
        let before = token();
        assert_eq!(said(&before), own);
        assert_eq!(token(), before, "it is kept");
        clock.set(jiff::SignedDuration::from_hours(hours));
        // What was signed by the other time holds no more: another is made at once.
        assert_eq!(said(&before), None, "{hours}");
        assert_eq!(said(&token()), own, "{hours}");
        clock.pass(Duration::from_secs(31));
        assert_eq!(said(&token()), own, "{hours}");
        clock.pass(Duration::from_secs(70));
        assert_eq!(said(&token()), own, "{hours}");
    }
}

/// Any token: whoever has not the key is nobody.
fn any_token(executions: u64) {
    let mesh = service();
    let right = token("order-service", "payment-service");
    let other = keys(&["another secret of 32 bytes and more"])
        .sign("order-service", "payment-service", now(), MINUTE)
        .unwrap();
    let parts: Vec<&str> = right.split('.').collect();
    // `{"alg":"none"}`
    let none = format!("eyJhbGciOiJub25lIn0.{}.", parts[1]);
    let corpus = [
        &*right,
        &*other,
        &*none,
        parts[0],
        parts[1],
        parts[2],
        "order-service",
        "a.b.c",
        "=",
        "eyJ",
    ];
    fuzz::run("mesh tokens", executions, &corpus, |input| {
        let text = input.bytes();
        let Ok(value) = HeaderValue::from_bytes(&text) else {
            return;
        };
        let mut headers = HeaderMap::new();
        headers.insert(SERVICE_TOKEN, value);
        let checked = mesh.policy.check(&Method::POST, "/charges", &headers, &[]);
        match checked {
            Ok(_) => assert_eq!(text, right.as_bytes(), "only the right one is let in"),
            Err(refused) => assert!(matches!(refused.status, 401 | 403), "{refused:?}"),
        }
    });
}

#[test]
fn any_token_but_the_right_one_is_refused() {
    any_token(fuzz::SHORT);
}

#[test]
#[ignore = "a minute"]
fn endure_fuzz_mesh_tokens() {
    any_token(fuzz::long());
}
