// What is in scope in every fujsen. `/// <reference types="tusk-javascript" />`, or "types": ["tusk-javascript"] in
// tsconfig.json with "lib": ["ES2023"]: there is no DOM and no Node.

declare namespace tusk {
  /**
   * What goes to the host: as it is null (undefined counts as null), a boolean, a number, a bigint, a text or bytes; anything else as
   * its JSON. A function or a symbol is a TypeError.
   */
  type Value = unknown;

  /** A row of a result: a property for each column. NULL is null, an integer beyond 2⁵³ a bigint, a BLOB or `bytea` a Uint8Array. */
  interface Row {
    [column: string]: any;
  }

  /** What a statement changed. */
  interface Changes {
    affected: number;
    /** Of a row that SQLite has inserted; else 0. `INSERT … RETURNING id` tells it on every database. */
    lastInsertId: number | bigint;
  }

  /** A database within `sql.transaction`. */
  interface Transaction {
    query<T = Row>(statement: string, parameters?: readonly Value[]): T[];
    queryOne<T = Row>(statement: string, parameters?: readonly Value[]): T | null;
    execute(statement: string, parameters?: readonly Value[]): Changes;
  }

  /** An event as its handler may take it, in a parameter named `event`. */
  interface Event<T = any> {
    /** The same at every delivery. */
    id: string;
    /** Such as `order_paid`. */
    type: string;
    /** What its publisher passed. */
    data: T;
    /** The service that published it. */
    source_service: string | null;
    /** The one service that it is for; null for every service that handles the type. */
    target_service: string | null;
    /** Seconds since the Unix epoch. */
    timestamp: number;
    /** Events of one key are handled one after the other; null without one. */
    key: string | null;
  }

  interface EventOptions {
    /** The one service that the event is for. Without it, every service that handles the type gets it. */
    target?: string | null;
    /** Events of one key are handled one after the other, in the order of their publication. */
    key?: string | number | bigint | null;
    /** An id of one's own, 1 to 256 bytes: publishing it again makes no second event for handlers that use `once`. */
    id?: string | null;
  }

  interface HttpOptions {
    headers?: HeadersInit;
    /** A body as it is: text, bytes or a form. */
    body?: BodyInit | null;
    /** A body as JSON of anything, instead of `body`. */
    json?: unknown;
    /** The token of `authorization: Bearer …`. */
    bearer?: string;
    /** Total time in milliseconds, capped by what is left of the call's own. 10,000 when it is not set. */
    timeout?: number;
    /** How many redirects to follow; 10 when it is not set. With 0 the answer that redirects is the answer. */
    redirects?: number;
    redirect?: RequestRedirect;
    signal?: AbortSignal | null;
  }

  interface GrpcOptions {
    /** Names and values. Where a name ends in `-bin`, the value is base64. */
    metadata?: HeadersInit;
    /** The token of `authorization: Bearer …`. */
    bearer?: string;
    /** Total time in milliseconds, capped by what is left of the call's own. 10,000 when it is not set. */
    timeout?: number;
  }

  interface GrpcStreamOptions extends GrpcOptions {
    /** Reads up to so many messages, 1 to 10,000, and leaves the stream then. */
    limit?: number;
  }

  interface GrpcResponse<T = any> {
    message: T;
    /** Headers and trailers. Where a name ends in `-bin`, the value is base64. */
    metadata: Headers;
  }

  interface GrpcMessages<T = any> {
    /** The messages in the order in which they came. */
    values: T[];
    /** Whether the stream was left after as many messages as `limit` says; it may have had more. */
    cut: boolean;
    /** As of a response; trailers are there when the stream was read to its end. */
    metadata: Headers;
  }

  /** Texts, numbers and booleans of at most 128 bytes, eight at most. Give them few values, never ids. */
  interface Labels {
    [name: string]: string | number | bigint | boolean;
  }

  interface RecentRequest {
    /** `GET`, `POST`, `PUT`, `DELETE`, `PATCH`, `HEAD` or `OPTIONS`; `other` for any other. */
    method: string;
    /** The route's path, such as `/users/{id}`; empty where there was no route. */
    path: string;
    status: number;
    /** How long it took to answer it. Milliseconds. */
    duration_ms: number;
    /** When it was answered. Milliseconds since the Unix epoch. */
    time: number;
  }

  interface DependencyStatus {
    /** As the file names it. */
    name: string;
    kind: "sql" | "redis" | "grpc" | "http";
    status: "healthy" | "unhealthy" | "unknown";
    /** Why it is unhealthy. */
    reason: string | null;
    /** When the status became what it is. Milliseconds since the Unix epoch; 0 before the first check. */
    since: number;
    /** When the last check ended. Milliseconds since the Unix epoch; 0 before the first one. */
    checked: number;
    /** How long the last check took. */
    duration_ms: number;
    /** Of the circuit breaker that `[resilience]` gives it. */
    circuit: "closed" | "open" | "half-open" | null;
  }

  type Hash = "sha256" | "sha384" | "sha512" | "SHA-256" | "SHA-384" | "SHA-512";

  /** Text counts as its UTF-8. */
  type Bytes = string | ArrayBuffer | ArrayBufferView;

  /** The commands of Redis: of a server, or with the server as the first argument (`S`). What is UTF-8 comes as text, else as bytes. */
  interface RedisVerbs<S extends unknown[]> {
    /** Any command of the host's list. A scalar reply is a list of one, nil is null, nested lists are flattened. */
    command<T = any>(...args: [...S, verb: string, args?: readonly Value[]]): T[];
    /** Null when there is no such key. */
    get<T = string>(...args: [...S, key: string]): T | null;
    set(...args: [...S, key: string, value: Value]): void;
    /** Sets a key that expires after so many seconds. */
    setEx(...args: [...S, key: string, value: Value, seconds: number]): void;
    /** How many of the keys there were. */
    del(...args: [...S, ...keys: string[]]): number;
    exists(...args: [...S, key: string]): boolean;
    /** Adds 1 and gives the sum. A key without a value counts as 0. */
    incr(...args: [...S, key: string]): number;
    incrBy(...args: [...S, key: string, by: number | bigint]): number;
    decr(...args: [...S, key: string]): number;
    /** Whether the key was there to expire, after so many seconds. */
    expire(...args: [...S, key: string, seconds: number]): boolean;
    /** Seconds left; -1 for a key that does not expire, -2 when there is no such key. */
    ttl(...args: [...S, key: string]): number;
    /** Whether the field is new. */
    hset(...args: [...S, key: string, field: string, value: Value]): boolean;
    hget<T = string>(...args: [...S, key: string, field: string]): T | null;
    /** All fields; none when the hash is not there. */
    hgetall<T = string>(...args: [...S, key: string]): { [field: string]: T };
    /** Whether the field was there. */
    hdel(...args: [...S, key: string, field: string]): boolean;
    hincrBy(...args: [...S, key: string, field: string, by: number | bigint]): number;
    /** The list's new length. */
    lpush(...args: [...S, key: string, ...values: Value[]]): number;
    /** The list's new length. */
    rpush(...args: [...S, key: string, ...values: Value[]]): number;
    /** Takes the first item; null when the list is empty or not there. */
    lpop<T = string>(...args: [...S, key: string]): T | null;
    /** Takes the last item; null when the list is empty or not there. */
    rpop<T = string>(...args: [...S, key: string]): T | null;
    llen(...args: [...S, key: string]): number;
    /** The items from `start` to `stop`, both included; negative positions count from the end. */
    lrange<T = string>(...args: [...S, key: string, start: number, stop: number]): T[];
    /** Waits for an item in any of the lists, within what is left of the call's time; null when none came. */
    blpop<T = string>(...args: [...S, keys: string | readonly string[], seconds: number]): { key: string; value: T } | null;
    /** As `blpop`, from the other end. */
    brpop<T = string>(...args: [...S, keys: string | readonly string[], seconds: number]): { key: string; value: T } | null;
    /** Waits for an item at one list's `from` end and moves it to another's `to` end; null when none came. */
    blmove<T = string>(
      ...args: [...S, source: string, destination: string, from: "LEFT" | "RIGHT", to: "LEFT" | "RIGHT", seconds: number]
    ): T | null;
    /** Whether the member is new. */
    sadd(...args: [...S, key: string, member: Value]): boolean;
    /** Whether the member was there. */
    srem(...args: [...S, key: string, member: Value]): boolean;
    smembers<T = string>(...args: [...S, key: string]): T[];
    sismember(...args: [...S, key: string, member: Value]): boolean;
    /** How many subscribers got the message. */
    publish(...args: [...S, channel: string, message: Value]): number;
  }
}

// Errors

/**
 * Why something failed. Thrown from a fujsen, the client gets `status` and `message`; the message of a status of exactly 500 goes to
 * the log only. What the host refuses is thrown as one: `code` is a stable word such as `busy`, `denied`, `timeout`, `not-found`.
 * Any other error is a 500.
 */
declare class HttpError extends Error {
  /** `status` is 400 to 599; any other number counts as 500. `code` is `failed` when it is not given. */
  constructor(status: number, message?: string, code?: string, options?: { cause?: unknown });
  status: number;
  code: string;
}

/** Ends the call: the client gets `status` and `message`. */
declare function fail(status: number, message: string, code?: string): never;
/** `throw badRequest("…")`: 400, the request is wrong. */
declare function badRequest(message: string, code?: string): HttpError;
/** `throw unauthorized("…")`: 401, the client has not said who it is. */
declare function unauthorized(message: string, code?: string): HttpError;
/** `throw forbidden("…")`: 403, the client may not do this. */
declare function forbidden(message: string, code?: string): HttpError;
/** `throw notFound("…")`: 404, there is no such thing. */
declare function notFound(message: string, code?: string): HttpError;
/** `throw conflict("…")`: 409, it contradicts what is there. */
declare function conflict(message: string, code?: string): HttpError;
/** `throw unprocessable("…")`: 422, the request is well-formed, its content is not acceptable. */
declare function unprocessable(message: string, code?: string): HttpError;
/** `throw tooManyRequests("…")`: 429, the client asks too often. */
declare function tooManyRequests(message: string, code?: string): HttpError;
/** `throw internalError("…")`: 500, our fault. The message goes to the log only. */
declare function internalError(message: string, code?: string): HttpError;
/** `throw badGateway("…")`: 502, a service behind this one answered nonsense. */
declare function badGateway(message: string, code?: string): HttpError;
/** `throw unavailable("…")`: 503, not now. */
declare function unavailable(message: string, code?: string): HttpError;
/** `throw gatewayTimeout("…")`: 504, a service behind this one took too long. */
declare function gatewayTimeout(message: string, code?: string): HttpError;

// Requests and responses

type HeadersInit = Headers | Iterable<readonly [string, string]> | { [name: string]: string | number };
type BodyInit = string | ArrayBuffer | ArrayBufferView | URLSearchParams;
type RequestRedirect = "follow" | "manual" | "error";

/** Names of any case with values. */
declare class Headers implements Iterable<[string, string]> {
  constructor(init?: HeadersInit);
  append(name: string, value: string): void;
  delete(name: string): void;
  /** The value; several are joined by `, `. Null without one. */
  get(name: string): string | null;
  getSetCookie(): string[];
  has(name: string): boolean;
  set(name: string, value: string): void;
  forEach(callback: (value: string, name: string, headers: Headers) => void, self?: unknown): void;
  entries(): IterableIterator<[string, string]>;
  keys(): IterableIterator<string>;
  values(): IterableIterator<string>;
  [Symbol.iterator](): IterableIterator<[string, string]>;
}

interface RequestInit {
  method?: string;
  headers?: HeadersInit;
  body?: BodyInit | null;
  redirect?: RequestRedirect;
  /** The time that is left of `AbortSignal.timeout` bounds the request; one that is aborted is not sent. */
  signal?: AbortSignal | null;
  /** Total time in milliseconds, capped by what is left of the call's own. 10,000 when it is not set. */
  timeout?: number;
}

/** An HTTP request: the one that a fujsen serves, in a parameter of this type, or one for `fetch`. */
declare class Request {
  constructor(input: string | URL | Request, init?: RequestInit);
  /** In capitals. */
  readonly method: string;
  readonly url: string;
  /** Without the query. */
  readonly path: string;
  /** Path parameters, percent-decoded. */
  readonly parameters: { readonly [name: string]: string };
  readonly query: URLSearchParams;
  readonly headers: Headers;
  /** The bytes; none where there is no body. */
  readonly body: Uint8Array;
  /** Always false: a body can be read more than once. */
  readonly bodyUsed: boolean;
  /**
   * The service that sent it, where a token or a certificate proves that (`[mesh]`); else null. Unlike the header `x-service-name`,
   * which anybody can write.
   */
  readonly service: string | null;
  readonly redirect: RequestRedirect;
  readonly signal: AbortSignal | null;
  readonly timeout: number | undefined;
  /** The body as text. Rejected with an HttpError of status 400 where it is not UTF-8. */
  text(): Promise<string>;
  /** The body as JSON; an integer that a number cannot hold is a bigint. Rejected with an HttpError of status 400 where it is none. */
  json<T = any>(): Promise<T>;
  bytes(): Promise<Uint8Array>;
  arrayBuffer(): Promise<ArrayBuffer>;
  clone(): Request;
}

interface ResponseInit {
  /** 200 to 599; 200 when it is not set. */
  status?: number;
  statusText?: string;
  headers?: HeadersInit;
}

/** An HTTP response: what a fujsen answers, or what `fetch` got. */
declare class Response {
  constructor(body?: BodyInit | null, init?: ResponseInit);
  /** JSON of anything. */
  static json(value: unknown, init?: ResponseInit): Response;
  static redirect(url: string | URL, status?: number): Response;
  readonly status: number;
  readonly statusText: string;
  /** Whether the status is 200 to 299. */
  readonly ok: boolean;
  readonly headers: Headers;
  /** The URL that answered, after redirects. */
  readonly url: string;
  readonly redirected: boolean;
  readonly type: "default";
  /** From sending to the last byte of the body, in milliseconds; 0 for a response of one's own. */
  readonly elapsed: number;
  /** The bytes; none where there is no body. */
  readonly body: Uint8Array;
  /** Always false: a body can be read more than once. */
  readonly bodyUsed: boolean;
  /** The response itself when its status is 200 to 299; throws an HttpError of status 502 when it is not. */
  check(): this;
  /** The body as text. Rejected with an HttpError of status 502 where a server's is not UTF-8. */
  text(): Promise<string>;
  /** The body as JSON; an integer that a number cannot hold is a bigint. Rejected with an HttpError of status 502 where a server's is none. */
  json<T = any>(): Promise<T>;
  bytes(): Promise<Uint8Array>;
  arrayBuffer(): Promise<ArrayBuffer>;
  clone(): Response;
}

/** A response of JSON: `return json({ id }, { status: 202 })`. */
declare function json(value: unknown, init?: ResponseInit): Response;
/** JSON with status 201. */
declare function created(value: unknown, init?: Omit<ResponseInit, "status">): Response;
/** A page. */
declare function html(page: string, init?: ResponseInit): Response;
/** Plain text. */
declare function text(content: string, init?: ResponseInit): Response;
/** No body. */
declare function empty(status?: number): Response;
/** The client fetches `url` with GET (303), unless `status` says 307 or the like. */
declare function redirect(url: string | URL, status?: number): Response;

/**
 * A request to an origin that the file names. A status of 404 is an answer; where no answer comes, the promise is rejected with an
 * HttpError such as `timeout` (504), `denied` (500) or `unavailable` (503). Requests are made one after the other.
 */
declare function fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;

/** What another server answered, all of it at once: its methods wait for nothing. */
declare class HttpResponse {
  private constructor();
  readonly status: number;
  /** Whether the status is 200 to 299. */
  readonly ok: boolean;
  readonly headers: Headers;
  /** The URL that answered, after redirects. */
  readonly url: string;
  /** From sending to the last byte of the body, in milliseconds. */
  readonly elapsed: number;
  readonly body: Uint8Array;
  /** The body as text. Throws an HttpError of status 502 where it is not UTF-8. */
  text(): string;
  /** The body as JSON; an integer that a number cannot hold is a bigint. Throws an HttpError of status 502 where it is none. */
  json<T = any>(): T;
  /** The response itself when its status is 200 to 299; throws an HttpError of status 502 when it is not. */
  check(): this;
}

/**
 * Requests without promises, to origins that the file names. A body of text, bytes or URLSearchParams is sent as it is, any other as
 * JSON. A status of 404 is an answer; where no answer comes, an HttpError is thrown.
 */
declare const http: {
  request(method: string, url: string | URL, options?: tusk.HttpOptions): HttpResponse;
  get(url: string | URL, options?: tusk.HttpOptions): HttpResponse;
  head(url: string | URL, options?: tusk.HttpOptions): HttpResponse;
  delete(url: string | URL, options?: tusk.HttpOptions): HttpResponse;
  post(url: string | URL, body?: unknown, options?: tusk.HttpOptions): HttpResponse;
  put(url: string | URL, body?: unknown, options?: tusk.HttpOptions): HttpResponse;
  patch(url: string | URL, body?: unknown, options?: tusk.HttpOptions): HttpResponse;
  /** The request that this call serves; null when no HTTP request started it. */
  incoming(): Request | null;
};

// Imports of the host

/** The databases that the file names under `[databases]`: SQLite or PostgreSQL. Parameters are always bound; a call runs one statement. */
declare const sql: {
  /** Runs one statement that gives rows, 10,000 at most: `sql.query("main", "SELECT … WHERE id = ?", [id])`. */
  query<T = tusk.Row>(database: string, statement: string, parameters?: readonly tusk.Value[]): T[];
  /** The first row; null when there is none. */
  queryOne<T = tusk.Row>(database: string, statement: string, parameters?: readonly tusk.Value[]): T | null;
  /** Runs one statement for its effect. */
  execute(database: string, statement: string, parameters?: readonly tusk.Value[]): tusk.Changes;
  /**
   * Runs `work` in a transaction: commits when it returns, or when its promise is kept; rolls back when it throws. Every statement of
   * the call on this database belongs to it. One per database at a time.
   */
  transaction<T>(database: string, work: (transaction: tusk.Transaction) => T): T;
  /** Starts a transaction. A call that ends without `commit` rolls back. */
  begin(database: string): void;
  commit(database: string): void;
  rollback(database: string): void;
};

/** A Redis server: a key of `[redis]`, the key of a value that is a `redis://` URL, or such a URL itself. */
declare class RedisServer {
  constructor(name: string);
}
interface RedisServer extends tusk.RedisVerbs<[]> {}

/** `redis.server("cache").get(key)`, and the same with the server first: `redis.get("cache", key)`. */
declare const redis: { server(name: string): RedisServer } & tusk.RedisVerbs<[server: string]>;

/**
 * What the service keeps between its calls: values by key, over swaps and restarts. A key holds 512 bytes at most, a value 256 KiB.
 * Lifetimes are in milliseconds; without one, or with 0, a value stays until it is deleted.
 */
declare const state: {
  /** The value of a key; null when there is none. */
  get<T = any>(key: string): T | null;
  /** Sets value and lifetime. Null and undefined delete. */
  set(key: string, value: tusk.Value, lifetime?: number): void;
  /** Whether there was a value. */
  delete(key: string): boolean;
  /**
   * Adds to an integer, at once for all callers, and gives the sum; a key without a value counts as 0. A lifetime counts where the
   * counter begins: it disappears at its time however often it is incremented till then.
   */
  increment(key: string, by?: number | bigint, lifetime?: number): number;
  /**
   * Sets `value` if the key's value equals `expected`, at once for all callers; whether it did. Null stands for no value on either
   * side. An integer never equals a text or a real; JSON is compared as data.
   */
  compareAndSet(key: string, expected: tusk.Value, value: tusk.Value, lifetime?: number): boolean;
  /** Lets a value disappear after `lifetime` from now on; without one it stays. Whether there was a value. */
  expire(key: string, lifetime?: number): boolean;
  /** Milliseconds that are left; null for a value without an end and for no value. */
  expiresIn(key: string): number | null;
};

/**
 * The values of the TSK file: a key of the own section first, then a path such as `service.version`. A value such as `@query("…")` is
 * evaluated when it is read. Sections of the host, such as `[databases]`, are `denied`.
 */
declare const config: {
  /** The value; the fallback, or undefined, where the file has none or null. */
  get<T = any>(key: string): T | undefined;
  get<T>(key: string, fallback: T): T;
  /** The value. Throws an HttpError of status 500, code `config`, where the file has none. */
  read<T = any>(key: string): T;
  /**
   * The value as text; numbers and booleans are written out. Throws where there is none and no fallback, or where it is of another type; so
   * do the next three.
   */
  text(key: string, fallback?: string): string;
  number(key: string, fallback?: number): number;
  integer(key: string, fallback?: number): number;
  boolean(key: string, fallback?: boolean): boolean;
  /**
   * Everything that is wrong with a configuration, one sentence each; nothing when it is right. `schema` has rules by the path of a
   * value, as `[remote_config.schema]` has them. A schema that is none throws: status 400, code `bad-schema`.
   */
  validate(document: unknown, schema: unknown): string[];
  /** As `validate`. */
  validate_config(document: unknown, schema: unknown): string[];
};

/** Other fujsens of the same service. Those of the own section and language are called directly. */
declare const fujsen: {
  /** Calls `section.name` with arguments by name: `fujsen.call("users.find", { id })`. Its error comes back with its own status. */
  call<T = any>(name: string, args?: { readonly [name: string]: tusk.Value }): T;
};

/** Events that services tell each other, through the queue that the file names under `[message_queue]`. */
declare const events: {
  /**
   * Adds an event to the queue and gives its id. `data` is anything that can be JSON, 256 KiB at most. Errors: `full` and `unavailable`
   * (503), `timeout` (504), `too-large` (500). After `unavailable` and `timeout` the event may be in the queue all the same.
   */
  publish(type: string, data?: unknown, options?: tusk.EventOptions): string;
  /** `publish` for every service, or for one. */
  publish_event(event_type: string, event_data?: unknown, target_service?: string | null): string;
  /**
   * True the first time that `id` is seen in a database: what a handler does in the same transaction is then done exactly once,
   * however often the event is delivered. The notes are in the table `tusk_inbox`, which is made when it is needed.
   */
  once(database: string, id: string): boolean;
};

/**
 * Calls of the gRPC servers that the file names under `[grpc]`, with JSON in and out. In an answer every field has its name of the
 * `.proto` file; 64-bit integers are numbers (bigints beyond 2⁵³), enums their names, bytes base64. A status other than OK is an
 * HttpError, whose code is the status's name, such as `not-found`.
 */
declare const grpc: {
  /** Calls `package.Service/Method` of a server, and gives the message that it answers with. */
  call<T = any>(server: string, method: string, message?: object, options?: tusk.GrpcOptions): T;
  /** Calls a method that answers with a stream, and gives its messages: 10,000 or 8 MiB of them at most. */
  stream<T = any>(server: string, method: string, message?: object, options?: tusk.GrpcStreamOptions): T[];
  /** As `call`, with the metadata of the answer. */
  request<T = any>(server: string, method: string, options?: tusk.GrpcOptions & { message?: object }): tusk.GrpcResponse<T>;
  /** As `stream`, with the metadata of the answer, and whether `limit` has cut it. */
  requestStream<T = any>(server: string, method: string, options?: tusk.GrpcStreamOptions & { message?: object }): tusk.GrpcMessages<T>;
};

/** Structured log lines: `log.info("user created", { id })`. The host adds service, section, fujsen and request id. */
declare const log: {
  debug(message: unknown, fields?: object | null): void;
  info(message: unknown, fields?: object | null): void;
  warn(message: unknown, fields?: object | null): void;
  error(message: unknown, fields?: object | null): void;
};

/**
 * Metrics of your own, which Prometheus reads on the admin address. A name has letters, digits, `_` and `:`. A service has 2,000 series
 * (name and labels); values beyond them are counted and dropped. A wrong name, label or kind throws `bad-metric`.
 */
declare const metrics: {
  /** Adds to a counter: what only ever grows. Its name ends in `_total` by custom. */
  counter(name: string, by?: number | bigint, labels?: tusk.Labels): void;
  /** Sets a gauge: what goes up and down. */
  gauge(name: string, value: number | bigint, labels?: tusk.Labels): void;
  /** Adds to a gauge; a negative number takes away. */
  change(name: string, by: number | bigint, labels?: tusk.Labels): void;
  /** Takes a value into a histogram. The upper bounds `buckets` ascend, 32 at most; none means 1 ms to 10 s for values in seconds. */
  histogram(name: string, value: number | bigint, labels?: tusk.Labels, buckets?: readonly number[]): void;
  /** A name that ends in `_total` is a counter that has reached the value (a lower one changes nothing), any other a gauge. */
  record(name: string, value: number | bigint, labels?: tusk.Labels): void;
  /** Requests answered since the process started. */
  requestCount(): number;
  /** Requests a second, over the last 60 s. */
  requestsPerSecond(): number;
  /** The mean time of a request over the last 60 s. Seconds; 0 without requests. */
  averageResponseTime(): number;
  /** Requests of the last 60 s that were answered with 5xx. Percent, 0 to 100. */
  errorRate(): number;
  /** Client connections that are open now. */
  activeConnections(): number;
  /** What the process holds of the memory that it may use. Percent. */
  memoryUsage(): number;
  /** Time of all processors that the process may use, over the last 60 s. Percent, 0 to 100. */
  cpuUsage(): number;
  /** Seconds since the process started. */
  uptime(): number;
  /** The last requests, newest first: 100 at most. */
  recentRequests(): tusk.RecentRequest[];
  /** How often each status of 400 and above was answered in the last 60 s. */
  errorBreakdown(): { [status: string]: number };
  /** Databases, Redis and gRPC servers, and `[service] dependencies`, as the host checked them last. */
  dependencyStatus(): tusk.DependencyStatus[];
};

/** As `metrics.record`. */
declare function record_metric(name: string, value: number | bigint, labels?: tusk.Labels): void;
/** As `metrics.requestCount`. */
declare function get_request_count(): number;
/** As `metrics.requestsPerSecond`. */
declare function calculate_rps(): number;
/** As `metrics.averageResponseTime`. */
declare function get_avg_response_time(): number;
/** As `metrics.errorRate`. */
declare function get_error_rate(): number;
/** As `metrics.activeConnections`. */
declare function get_active_connections(): number;
/** As `metrics.memoryUsage`. */
declare function get_memory_usage(): number;
/** As `metrics.cpuUsage`. */
declare function get_cpu_usage(): number;
/** As `metrics.uptime`. */
declare function get_uptime(): number;
/** As `metrics.recentRequests`. */
declare function get_recent_requests(): tusk.RecentRequest[];
/** As `metrics.errorBreakdown`. */
declare function get_error_breakdown(): { [status: string]: number };
/** As `metrics.dependencyStatus`. */
declare function get_dependency_status(): tusk.DependencyStatus[];

/** Clocks. */
declare const time: {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Milliseconds, with a fraction, since some fixed point; never goes back. */
  monotonic(): number;
  /** A Date, or milliseconds since the Unix epoch, in UTC by a strftime pattern such as `%Y-%m-%dT%H:%M:%SZ`. */
  format(timestamp: number | Date, pattern: string): string;
  /** Waits, within what is left of the call's time. Nothing else of the call runs meanwhile. */
  sleep(milliseconds: number): void;
};

/**
 * Keeps calls from what fails, where `[resilience]` cannot know about it. What it knows is in `state`: it outlives the call, and holds for
 * all calls and hosts that share the state. After `failureThreshold` failures in a row it opens, and calls fail at once with 503, code
 * `circuit-open`; after `recoveryTimeout` one call at a time tries. A failure is any error but an HttpError with a status below 500.
 */
declare class CircuitBreaker {
  constructor(name: string, options?: {
    /** Failures in a row that open it; 5. */
    failureThreshold?: number;
    /** How long it stays open, in milliseconds; 60,000. */
    recoveryTimeout?: number;
    /** How long a call that tries may take before another one does, in milliseconds; 30,000. */
    trial?: number;
  });
  readonly name: string;
  failureThreshold: number;
  recoveryTimeout: number;
  trial: number;
  readonly state: "CLOSED" | "OPEN" | "HALF_OPEN";
  /** Failures in a row. */
  readonly failureCount: number;
  /** Calls `work` unless the circuit is open, and takes note of how it ends: at once, or when its promise does. */
  call<T>(work: () => T): T;
  /** Throws where a call must not be made now. `succeeded` or `failed` follows otherwise. */
  enter(): void;
  /** As `enter`, and says whether the call may be made. */
  allows(): boolean;
  /** The circuit is closed again; one that is open stays so, since the call was made before it opened. */
  succeeded(): void;
  failed(): void;
}

/** Random bytes, identifiers, hashes and message authentication codes. */
declare const crypto: {
  /** Fills an array of integers, 65,536 bytes at most, and gives it back. */
  getRandomValues<T extends ArrayBufferView>(array: T): T;
  /** As `uuidV4`. */
  randomUUID(): `${string}-${string}-${string}-${string}-${string}`;
  /** A UUID of version 4: random. */
  uuidV4(): string;
  /** A UUID of version 7: one that was made in a later millisecond comes later in the alphabet. */
  uuidV7(): string;
  /** So many bytes that nobody can guess, 65,536 at most; more throws `too-large` (400). */
  random(length: number): Uint8Array;
  /** The UTF-8 of a text. */
  bytes(text: string): Uint8Array;
  digest(hash: tusk.Hash, data: tusk.Bytes): Uint8Array;
  sha256(data: tusk.Bytes): Uint8Array;
  sha384(data: tusk.Bytes): Uint8Array;
  sha512(data: tusk.Bytes): Uint8Array;
  /** The message authentication code (HMAC, RFC 2104). Compare it by `equal`. */
  hmac(hash: tusk.Hash, key: tusk.Bytes, data: tusk.Bytes): Uint8Array;
  hmacSha256(key: tusk.Bytes, data: tusk.Bytes): Uint8Array;
  hmacSha384(key: tusk.Bytes, data: tusk.Bytes): Uint8Array;
  hmacSha512(key: tusk.Bytes, data: tusk.Bytes): Uint8Array;
  /** Whether both are the same; takes as long for a wrong last byte as for a wrong first one. */
  equal(one: tusk.Bytes, other: tusk.Bytes): boolean;
};

// Of the web

/** An absolute URL. */
declare class URL {
  constructor(url: string | URL, base?: string | URL);
  static canParse(url: string | URL, base?: string | URL): boolean;
  static parse(url: string | URL, base?: string | URL): URL | null;
  href: string;
  readonly origin: string;
  protocol: string;
  username: string;
  password: string;
  host: string;
  hostname: string;
  port: string;
  pathname: string;
  search: string;
  readonly searchParams: URLSearchParams;
  hash: string;
  toString(): string;
  toJSON(): string;
}

/** The names and values of a query, or of a form's body. */
declare class URLSearchParams implements Iterable<[string, string]> {
  constructor(init?: string | URLSearchParams | Iterable<readonly [string, string]> | { [name: string]: string | number | bigint | boolean });
  readonly size: number;
  append(name: string, value: string): void;
  delete(name: string, value?: string): void;
  /** The first value; null without one. */
  get(name: string): string | null;
  getAll(name: string): string[];
  has(name: string, value?: string): boolean;
  set(name: string, value: string): void;
  sort(): void;
  forEach(callback: (value: string, name: string, params: URLSearchParams) => void, self?: unknown): void;
  entries(): IterableIterator<[string, string]>;
  keys(): IterableIterator<string>;
  values(): IterableIterator<string>;
  [Symbol.iterator](): IterableIterator<[string, string]>;
  toString(): string;
}

declare class TextEncoder {
  readonly encoding: "utf-8";
  encode(text?: string): Uint8Array;
  encodeInto(text: string, target: Uint8Array): { read: number; written: number };
}

/** Of UTF-8: there is no other encoding. */
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  readonly encoding: "utf-8";
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;
  decode(input?: ArrayBuffer | ArrayBufferView, options?: { stream?: boolean }): string;
}

/** Base64 as text of one character a byte. */
declare function atob(data: string): string;
declare function btoa(data: string): string;

/** A copy of a value with all that it holds. */
declare function structuredClone<T>(value: T, options?: { transfer?: ArrayBuffer[] }): T;

declare class DOMException extends Error {
  constructor(message?: string, name?: string);
  readonly code: number;
}

interface EventInit {
  bubbles?: boolean;
  cancelable?: boolean;
}

declare class Event {
  constructor(type: string, init?: EventInit);
  readonly type: string;
  readonly target: EventTarget | null;
  readonly currentTarget: EventTarget | null;
  readonly bubbles: boolean;
  readonly cancelable: boolean;
  readonly defaultPrevented: boolean;
  preventDefault(): void;
  stopPropagation(): void;
  stopImmediatePropagation(): void;
}

type EventListener = ((event: Event) => void) | { handleEvent(event: Event): void };

declare class EventTarget {
  addEventListener(type: string, listener: EventListener | null, options?: boolean | { once?: boolean; signal?: AbortSignal }): void;
  removeEventListener(type: string, listener: EventListener | null): void;
  dispatchEvent(event: Event): boolean;
}

declare class AbortSignal extends EventTarget {
  private constructor();
  readonly aborted: boolean;
  readonly reason: any;
  onabort: ((event: Event) => void) | null;
  throwIfAborted(): void;
  static abort(reason?: unknown): AbortSignal;
  static timeout(milliseconds: number): AbortSignal;
  static any(signals: Iterable<AbortSignal>): AbortSignal;
}

declare class AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}

/** Timers run while the call's result is waited for; what is left when it is there is dropped. */
declare function setTimeout(callback: (...args: any[]) => void, milliseconds?: number, ...args: unknown[]): number;
declare function setInterval(callback: (...args: any[]) => void, milliseconds?: number, ...args: unknown[]): number;
declare function clearTimeout(id: number | undefined): void;
declare function clearInterval(id: number | undefined): void;
declare function queueMicrotask(callback: () => void): void;

declare const performance: {
  /** Milliseconds, with a fraction; never goes back. */
  now(): number;
  readonly timeOrigin: number;
};

/** Writes to the log, a line a call: as values are shown, not as fields (use `log` for those). */
declare const console: {
  log(...values: unknown[]): void;
  info(...values: unknown[]): void;
  debug(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  error(...values: unknown[]): void;
  trace(...values: unknown[]): void;
  assert(holds?: unknown, ...values: unknown[]): void;
  dir(value: unknown): void;
  table(value: unknown): void;
  count(name?: string): void;
  countReset(name?: string): void;
  time(name?: string): void;
  timeLog(name?: string, ...values: unknown[]): void;
  timeEnd(name?: string): void;
  group(...values: unknown[]): void;
  groupCollapsed(...values: unknown[]): void;
  groupEnd(): void;
  clear(): void;
};

/** The same, for those who like to say where things come from: `import { sql } from "tusk"`. */
declare module "tusk" {
  const _AbortController: typeof AbortController;
  type _AbortController = AbortController;
  const _AbortSignal: typeof AbortSignal;
  type _AbortSignal = AbortSignal;
  const _CircuitBreaker: typeof CircuitBreaker;
  type _CircuitBreaker = CircuitBreaker;
  const _Event: typeof Event;
  type _Event = Event;
  const _EventTarget: typeof EventTarget;
  type _EventTarget = EventTarget;
  const _Headers: typeof Headers;
  type _Headers = Headers;
  const _HttpError: typeof HttpError;
  type _HttpError = HttpError;
  const _HttpResponse: typeof HttpResponse;
  type _HttpResponse = HttpResponse;
  const _RedisServer: typeof RedisServer;
  type _RedisServer = RedisServer;
  const _Request: typeof Request;
  type _Request = Request;
  const _Response: typeof Response;
  type _Response = Response;
  const _TextDecoder: typeof TextDecoder;
  type _TextDecoder = TextDecoder;
  const _TextEncoder: typeof TextEncoder;
  type _TextEncoder = TextEncoder;
  const _URL: typeof URL;
  type _URL = URL;
  const _URLSearchParams: typeof URLSearchParams;
  type _URLSearchParams = URLSearchParams;
  const _badGateway: typeof badGateway;
  const _badRequest: typeof badRequest;
  const _calculate_rps: typeof calculate_rps;
  const _clearInterval: typeof clearInterval;
  const _clearTimeout: typeof clearTimeout;
  const _config: typeof config;
  const _conflict: typeof conflict;
  const _console: typeof console;
  const _created: typeof created;
  const _crypto: typeof crypto;
  const _empty: typeof empty;
  const _events: typeof events;
  const _fail: typeof fail;
  const _fetch: typeof fetch;
  const _forbidden: typeof forbidden;
  const _fujsen: typeof fujsen;
  const _gatewayTimeout: typeof gatewayTimeout;
  const _get_active_connections: typeof get_active_connections;
  const _get_avg_response_time: typeof get_avg_response_time;
  const _get_cpu_usage: typeof get_cpu_usage;
  const _get_dependency_status: typeof get_dependency_status;
  const _get_error_breakdown: typeof get_error_breakdown;
  const _get_error_rate: typeof get_error_rate;
  const _get_memory_usage: typeof get_memory_usage;
  const _get_recent_requests: typeof get_recent_requests;
  const _get_request_count: typeof get_request_count;
  const _get_uptime: typeof get_uptime;
  const _grpc: typeof grpc;
  const _html: typeof html;
  const _http: typeof http;
  const _internalError: typeof internalError;
  const _json: typeof json;
  const _log: typeof log;
  const _metrics: typeof metrics;
  const _notFound: typeof notFound;
  const _performance: typeof performance;
  const _record_metric: typeof record_metric;
  const _redirect: typeof redirect;
  const _redis: typeof redis;
  const _setInterval: typeof setInterval;
  const _setTimeout: typeof setTimeout;
  const _sql: typeof sql;
  const _state: typeof state;
  const _structuredClone: typeof structuredClone;
  const _text: typeof text;
  const _time: typeof time;
  const _tooManyRequests: typeof tooManyRequests;
  const _unauthorized: typeof unauthorized;
  const _unavailable: typeof unavailable;
  const _unprocessable: typeof unprocessable;
  export {
    _AbortController as AbortController, _AbortSignal as AbortSignal, _CircuitBreaker as CircuitBreaker, _Event as Event,
    _EventTarget as EventTarget, _Headers as Headers, _HttpError as HttpError, _HttpResponse as HttpResponse,
    _RedisServer as RedisServer, _Request as Request, _Response as Response, _TextDecoder as TextDecoder, _TextEncoder as TextEncoder,
    _URL as URL, _URLSearchParams as URLSearchParams, _badGateway as badGateway, _badRequest as badRequest,
    _calculate_rps as calculate_rps, _clearInterval as clearInterval, _clearTimeout as clearTimeout, _config as config,
    _conflict as conflict, _console as console, _created as created, _crypto as crypto, _empty as empty, _events as events,
    _fail as fail, _fetch as fetch, _forbidden as forbidden, _fujsen as fujsen, _gatewayTimeout as gatewayTimeout,
    _get_active_connections as get_active_connections, _get_avg_response_time as get_avg_response_time,
    _get_cpu_usage as get_cpu_usage, _get_dependency_status as get_dependency_status, _get_error_breakdown as get_error_breakdown,
    _get_error_rate as get_error_rate, _get_memory_usage as get_memory_usage, _get_recent_requests as get_recent_requests,
    _get_request_count as get_request_count, _get_uptime as get_uptime, _grpc as grpc, _html as html, _http as http,
    _internalError as internalError, _json as json, _log as log, _metrics as metrics, _notFound as notFound,
    _performance as performance, _record_metric as record_metric, _redirect as redirect, _redis as redis, _setInterval as setInterval,
    _setTimeout as setTimeout, _sql as sql, _state as state, _structuredClone as structuredClone, _text as text, _time as time,
    _tooManyRequests as tooManyRequests, _unauthorized as unauthorized, _unavailable as unavailable, _unprocessable as unprocessable
  };
}
