import { isHttpError, unavailable } from "./errors.js";
import { line } from "./log.js";
import { Number, isObject } from "./primordials.js";
import { state } from "./state.js";
import { time } from "./time.js";

const NOTES = ["failures", "opened", "trial"];

/** What the client has done wrong is no failure of what was called. */
const isFailure = (error) => !(isHttpError(error) && error.status < 500);

/**
 * Keeps calls from what fails, where `[resilience]` cannot know about it. What it knows is in the service's `state`: it
 * outlives the call, and holds for all calls and all hosts that share the state.
 */
export class CircuitBreaker {
  name;
  failureThreshold;
  recoveryTimeout;
  trial;

  constructor(name, { failureThreshold = 5, recoveryTimeout = 60_000, trial = 30_000 } = {}) {
    this.name = `${name}`;
    this.failureThreshold = failureThreshold;
    this.recoveryTimeout = recoveryTimeout;
    this.trial = trial;
  }

  get state() {
    const opened = state.get(this.#key("opened"));
    if (opened === null) return "CLOSED";
    return time.now() - Number(opened) < this.recoveryTimeout ? "OPEN" : "HALF_OPEN";
  }

  get failureCount() { return state.get(this.#key("failures")) ?? 0; }

  /** Whether a call may be made now. `succeeded` or `failed` follows then. */
  allows() {
    const now = this.state;
    return now === "CLOSED" || (now === "HALF_OPEN" && state.compareAndSet(this.#key("trial"), null, true, this.trial));
  }

  enter() {
    if (!this.allows()) throw unavailable(`Circuit breaker for ${this.name} is OPEN`, "circuit-open");
  }

  call(work) {
    this.enter();
    let result;
    try {
      result = work();
      if (isObject(result) && typeof result.then === "function") return this.#settled(result);
    } catch (error) {
      this.#note(isFailure(error));
      throw error;
    }
    this.#note(false);
    return result;
  }

  async #settled(promise) {
    let result;
    try {
      result = await promise;
    } catch (error) {
      this.#note(isFailure(error));
      throw error;
    }
    this.#note(false);
    return result;
  }

  /** The call was made, even where the state cannot take note of it. */
  #note(hasFailed) {
    try {
      if (hasFailed) this.failed();
      else this.succeeded();
    } catch (problem) {
      line("warn", "a circuit breaker could not take note of a call", { breaker: this.name, reason: problem.message });
    }
  }

  succeeded() {
    if (this.failureCount === 0 || this.state === "OPEN") return;
    for (let i = 0; i < NOTES.length; i++) state.delete(this.#key(NOTES[i]));
  }

  failed() {
    const failures = state.increment(this.#key("failures"));
    if (failures >= this.failureThreshold) {
      state.set(this.#key("opened"), time.now());
      line("warn", "circuit breaker opens", { breaker: this.name, failures });
    }
    state.delete(this.#key("trial"));
  }

  #key(what) { return `circuit_breaker:${this.name}:${what}`; }
}

