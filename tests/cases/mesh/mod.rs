//! Services among each other: tokens, certificates, and who is let in. In all languages.

mod mutual;
mod renewal;
mod settings;
mod tls;
mod tokens;
mod trust;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use serde_json::{Value, json};

use crate::harness::{Folder, Service};

const LANGUAGES: [&str; 3] = ["rust", "assemblyscript", "typescript"];
const SECRET: &str = "a secret of thirty-two bytes, or more";

/// A service that says who called it. `{}` stands for further sections.
const PAYMENT: &str = r#"
[service]
name: "payment-service"
version: "2.1"

[admin]
port: 0

{}

[rust]
all_fujsen = '''rust
#[fujsen]
fn rust(request: Request) -> Result<Value> {
    Ok(json!({
        "service": request.service,
        "says": request.header("x-service-name"),
        "version": request.header("x-service-version"),
        "secret": config::find::<String>("mesh.secret").err().map(|error| error.message().to_owned()),
        "section": config::get::<Value>("mesh").err().map(|error| error.message().to_owned()),
    }))
}
'''

[assemblyscript]
all_fujsen = '''assemblyscript
export function assemblyscript(request: Request): Json {
  return Json.object()
    .set("service", request.service)
    .set("says", request.header("x-service-name"))
    .set("version", request.header("x-service-version"))
    .set("secret", config.tryGet("mesh.secret").error!.message)
    .set("section", config.tryGet("mesh").error!.message);
}
'''

[typescript]
all_fujsen = '''typescript
function refused(key: string): string {
  try {
    return `it is ${config.get(key)}`;
  } catch (error) {
    return (error as HttpError).message;
  }
}

export function typescript(request: Request): object {
  return {
    service: request.service,
    says: request.headers.get("x-service-name"),
    version: request.headers.get("x-service-version"),
    secret: refused("mesh.secret"),
    section: refused("mesh"),
  };
}
'''

[routes]
"POST /rust/charges": rust.rust
"POST /assemblyscript/charges": assemblyscript.assemblyscript
"POST /typescript/charges": typescript.typescript
"GET /rust/accounts/{id}": rust.rust
"GET /assemblyscript/accounts/{id}": assemblyscript.assemblyscript
"GET /typescript/accounts/{id}": typescript.typescript
"GET /health": rust.rust
"GET /other": rust.rust
"#;

const POLICY: &str = r#"
[mesh]
secret: @env.secure("MESH_SECRET")
allow: {
    "POST /rust/charges": ["order-service"]
    "POST /assemblyscript/charges": ["order-service"]
    "POST /typescript/charges": ["order-service"]
    "GET /rust/accounts/{id}": "*"
    "GET /assemblyscript/accounts/{id}": "*"
    "GET /typescript/accounts/{id}": "*"
    "GET /health": "public"
    "*": ["user-service"]
}
"#;

const CERTIFIED: &str = "[tls]\ncertificate: \"cert.pem\"\nkey: \"key.pem\"\n";

/// A service that calls the address it is given. `{}` stands for further sections.
const ORDER: &str = r#"
[service]
name: "order-service"
version: "1.4"
dependencies: { payment_service: @env("PAYMENT_URL", "http://127.0.0.1:1") }
health_check: { endpoint: "/health", interval: 1, timeout: 1 }

[admin]
port: 0

[other]
url: @env("OTHER_URL", "http://127.0.0.1:1")

{}

[rust]
all_fujsen = '''rust
#[fujsen]
fn rust(url: String) -> Result<Response> {
    let sent = http::post(url)
        .header("x-service-name", "somebody-else")
        .header("x-service-version", "9")
        .header("x-service-token", "made.up.here")
        .send()?;
    Ok(Response::text(sent.text()?.to_owned()).status(sent.status()))
}
'''

[assemblyscript]
all_fujsen = '''assemblyscript
export function assemblyscript(url: string): Response {
  const sent = http.request("POST", url)
    .header("x-service-name", "somebody-else")
    .header("x-service-version", "9")
    .header("x-service-token", "made.up.here")
    .send();
  return Response.text(sent.text()).status(sent.status);
}
'''

[typescript]
all_fujsen = '''typescript
export async function typescript(url: string): Promise<Response> {
  const headers = { "x-service-name": "somebody-else", "x-service-version": "9", "x-service-token": "made.up.here" };
  const sent = await fetch(url, { method: "POST", headers });
  return text(await sent.text(), { status: sent.status });
}
'''

[routes]
"POST /rust": rust.rust
"POST /assemblyscript": assemblyscript.assemblyscript
"POST /typescript": typescript.typescript
"#;

const SHARED: &str = "[mesh]\nsecret: @env.secure(\"MESH_SECRET\")\n";

fn with(service: &str, sections: &str) -> String {
    service.replacen("{}", sections, 1)
}

async fn payment(sections: &str) -> Service {
    Service::start_in(Folder::new(&with(PAYMENT, sections)), &[("MESH_SECRET", SECRET)]).await
}

/// A token as any other implementation would make it.
pub(super) fn token(secret: &str, header: &Value, claims: &Value) -> String {
    let part = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let message = format!("{}.{}", part(header), part(claims));
    let mut hmac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    hmac.update(message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(hmac.finalize().into_bytes()))
}

pub(super) fn claims(from: &str, to: &str, seconds: i64) -> Value {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    let now = now.as_secs() as i64;
    json!({"iss": from, "aud": to, "iat": now - 1 + seconds.min(0), "exp": now + seconds})
}

fn plain_token(from: &str, to: &str) -> String {
    token(SECRET, &json!({"alg": "HS256", "typ": "JWT"}), &claims(from, to, 60))
}
