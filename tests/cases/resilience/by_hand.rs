//! `CircuitBreaker` of all SDKs.

use serde_json::json;

use crate::harness::{Service, eventually};

const GUESTS: &str = r#"
[service]
name: "breakers"

[rust]
all_fujsen = '''rust
fn breaker() -> CircuitBreaker {
    CircuitBreaker::new("part").failure_threshold(2).recovery_timeout(Duration::from_millis(400))
}

#[fujsen]
fn call(status: u16) -> Result<Value> {
    breaker().call(|| if status == 200 { Ok(json!("done")) } else { Err(Error::new(status, "it fails")) })
}

#[fujsen]
fn state() -> Result<Value> {
    Ok(json!([breaker().state()?, breaker().failure_count()?]))
}
'''

[assemblyscript]
all_fujsen = '''assemblyscript
function breaker(): CircuitBreaker { return new CircuitBreaker("own", 2, 400); }

export function call(status: i32): string {
  const part = breaker();
  part.enter();
  const result = status == 200 ? Result.success<string>("done") : Result.failure<string>(new Failure(<u16>status, "it fails"));
  return part.note<string>(result).value;
}

export function state(): Json {
  return Json.array().push(breaker().state).push(breaker().failureCount);
}
'''

[typescript]
all_fujsen = '''typescript
const breaker = new CircuitBreaker("web", { failureThreshold: 2, recoveryTimeout: 400 });

export function call(status: number): string {
  return breaker.call(() => {
    if (status !== 200) throw new HttpError(status, "it fails");
    return "done";
  });
}

export function state(): [string, number] { return [breaker.state, breaker.failureCount]; }
'''

[routes]
"GET /rust": rust.call
"GET /rust/state": rust.state
"GET /assemblyscript": assemblyscript.call
"GET /assemblyscript/state": assemblyscript.state
"GET /typescript": typescript.call
"GET /typescript/state": typescript.state
"#;

#[tokio::test]
async fn opens_tries_and_closes() {
    let service = Service::start(GUESTS).await;
    for language in ["rust", "assemblyscript", "typescript"] {
        let call = async |status: &str| service.ask(&format!("/{language}"), &[("status", status)]).await;
        let state = async || service.get(&format!("/{language}/state")).await.json();
        assert_eq!(call("502").await.status, 502);
        assert_eq!(call("404").await.status, 404, "what answers works");
        assert_eq!(state().await, json!(["CLOSED", 0]));
        for _ in 0..2 {
            assert_eq!(call("502").await.status, 502);
        }
        let open = call("200").await;
        assert_eq!((open.status, state().await), (503, json!(["OPEN", 2])), "{language}");
        assert!(open.text.contains("is OPEN"), "{}", open.text);
        let half = || async { (state().await[0] == "HALF_OPEN").then_some(()) };
        eventually("it is half open", half).await;
        assert_eq!(call("502").await.status, 502, "one tries");
        assert_eq!(call("200").await.status, 503, "and opens it again");
        let back = || async { (call("200").await.status == 200).then_some(()) };
        eventually("it closes", back).await;
        assert_eq!(state().await, json!(["CLOSED", 0]));
    }
}
