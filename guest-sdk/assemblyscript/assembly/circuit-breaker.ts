import { Failure, __tuskThrow } from "./failure";
import { Json } from "./json";
import { log } from "./log";
import { Result } from "./result";
import { state } from "./state";
import { time } from "./time";
import { Value } from "./value";

/**
 * Keeps calls from something that fails, where `[resilience]` cannot know about it. What it knows is in the service's
 * `state`: it outlives the call, the swap and the restart, and holds for all calls and all hosts that share the state.
 *
 * Closed, calls go through. After `failureThreshold` failures in a row it opens, and `enter` fails with 503, code
 * `circuit-open`. After `recoveryTimeout` it is half open: one call at a time tries, and closes it or opens it again.
 *
 *     const mail = new CircuitBreaker("mail");
 *     mail.enter();
 *     const answer = mail.note<HttpResponse>(http.tryGet(url));
 */
// @ts-ignore: decorator
@global
export class CircuitBreaker {
  constructor(
    public readonly name: string,
    /** Failures in a row that open it. */
    public failureThreshold: i64 = 5,
    /** How long it stays open, in milliseconds. */
    public recoveryTimeout: i64 = 60_000,
    /** How long a call that tries may take before another one does, in milliseconds. */
    public trial: i64 = 30_000
  ) {}

  /** `CLOSED`, `OPEN` or `HALF_OPEN`. */
  get state(): string {
    const opened = state.get(this.key("opened"));
    if (opened.isNull) return "CLOSED";
    return time.now() - opened.asInteger() < this.recoveryTimeout ? "OPEN" : "HALF_OPEN";
  }

  /** Failures in a row. */
  get failureCount(): i64 {
    const failures = state.get(this.key("failures"));
    return failures.isNull ? 0 : failures.asInteger();
  }

  /** Ends the call where it must not be made now. `succeeded`, `failed` or `note` follows otherwise. */
  enter(): void {
    if (!this.allows()) __tuskThrow(new Failure(503, "Circuit breaker for " + this.name + " is OPEN", "circuit-open"));
  }

  /** As `enter`, and says whether the call may be made. */
  allows(): bool {
    const now = this.state;
    if (now == "CLOSED") return true;
    return now == "HALF_OPEN" && state.compareAndSet(this.key("trial"), Value.nil(), true, this.trial);
  }

  /** Takes the end of a call for what it is, and gives it back: a failure with a status of 500 or more is one. */
  note<T>(result: Result<T>): Result<T> {
    const error = result.error;
    if (error != null && error.status >= 500) this.failed();
    else this.succeeded();
    return result;
  }

  /** The circuit is closed again; one that is open stays so, since the call was made before it opened. */
  succeeded(): void {
    if (this.failureCount == 0 || this.state == "OPEN") return;
    state.delete(this.key("failures"));
    state.delete(this.key("opened"));
    state.delete(this.key("trial"));
  }

  failed(): void {
    const failures = state.increment(this.key("failures"));
    if (failures >= this.failureThreshold) {
      state.set(this.key("opened"), time.now());
      log.warn("circuit breaker opens", Json.object().set("breaker", this.name).set("failures", failures));
    }
    state.delete(this.key("trial"));
  }

  private key(what: string): string {
    return "circuit_breaker:" + this.name + ":" + what;
  }
}
