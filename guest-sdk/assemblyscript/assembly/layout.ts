// Generated from guest-sdk/wit: `UPDATE=1 cargo test -p fujsen --test bindings` writes it anew.
// Where in memory the parts of what crosses stand. Bytes.

/** What the result of an import takes at most. */
export namespace Results {
  // @ts-ignore: decorator
  @inline export const SIZE: usize = 64;
  // @ts-ignore: decorator
  @inline export const ALIGN: usize = 8;
}

/** What the export `call` gives. */
export namespace Call {
  // @ts-ignore: decorator
  @inline export const SIZE: usize = 40;
  // @ts-ignore: decorator
  @inline export const ALIGN: usize = 8;
  // @ts-ignore: decorator
  @inline export const PAYLOAD: usize = 8;
}

/** Where the result of an import has its payload, behind the tag. */
export namespace Payload {
  // @ts-ignore: decorator
  @inline export const configGet: usize = 8;
  // @ts-ignore: decorator
  @inline export const configEvaluate: usize = 8;
  // @ts-ignore: decorator
  @inline export const configValidate: usize = 4;
  // @ts-ignore: decorator
  @inline export const cryptoRandom: usize = 4;
  // @ts-ignore: decorator
  @inline export const cryptoUuidV4: usize = 4;
  // @ts-ignore: decorator
  @inline export const cryptoUuidV7: usize = 4;
  // @ts-ignore: decorator
  @inline export const eventsPublish: usize = 4;
  // @ts-ignore: decorator
  @inline export const fujsenCall: usize = 8;
  // @ts-ignore: decorator
  @inline export const grpcCall: usize = 4;
  // @ts-ignore: decorator
  @inline export const grpcStream: usize = 4;
  // @ts-ignore: decorator
  @inline export const httpSend: usize = 8;
  // @ts-ignore: decorator
  @inline export const httpIncoming: usize = 4;
  // @ts-ignore: decorator
  @inline export const metricsMeasure: usize = 4;
  // @ts-ignore: decorator
  @inline export const redisCommand: usize = 4;
  // @ts-ignore: decorator
  @inline export const sqlQuery: usize = 4;
  // @ts-ignore: decorator
  @inline export const sqlExecute: usize = 8;
  // @ts-ignore: decorator
  @inline export const sqlBegin: usize = 4;
  // @ts-ignore: decorator
  @inline export const sqlCommit: usize = 4;
  // @ts-ignore: decorator
  @inline export const sqlRollback: usize = 4;
  // @ts-ignore: decorator
  @inline export const stateGet: usize = 8;
  // @ts-ignore: decorator
  @inline export const stateSet: usize = 4;
  // @ts-ignore: decorator
  @inline export const stateDelete: usize = 4;
  // @ts-ignore: decorator
  @inline export const stateIncrement: usize = 8;
  // @ts-ignore: decorator
  @inline export const stateCompareAndSet: usize = 4;
  // @ts-ignore: decorator
  @inline export const stateExpire: usize = 4;
  // @ts-ignore: decorator
  @inline export const stateExpiresIn: usize = 8;
  // @ts-ignore: decorator
  @inline export const timeFormat: usize = 4;
}

/** A text or a list: where it is, and how many. */
export namespace Slice {
  // @ts-ignore: decorator
  @inline export const length: usize = 4;
  // @ts-ignore: decorator
  @inline export const SIZE: usize = 8;
}

/** `config.entry`. */
export namespace ConfigEntry {
  // @ts-ignore: decorator
  @inline export const PAYLOAD: usize = 8;
  // @ts-ignore: decorator
  @inline export const SIZE: usize = 24;
}

/** The cases of `config.entry`. */
export const enum ConfigEntryCase { Missing, Plain, Deferred }

/** The cases of `crypto.hash`. */
export const enum CryptoHash { Sha256, Sha384, Sha512 }

/** `types.error`. */
export namespace Error {
  // @ts-ignore: decorator
  @inline export const status: usize = 0;
  // @ts-ignore: decorator
  @inline export const code: usize = 4;
  // @ts-ignore: decorator
  @inline export const message: usize = 12;
  // @ts-ignore: decorator
  @inline export const SIZE: usize = 20;
}

/** `events.options`. */
export namespace EventsOptions {
  // @ts-ignore: decorator
  @inline export const target: usize = 0;
  // @ts-ignore: decorator
  @inline export const key: usize = 12;
  // @ts-ignore: decorator
  @inline export const id: usize = 24;
  // @ts-ignore: decorator
  @inline export const SIZE: usize = 36;
}

/** `grpc.messages`. */
export namespace GrpcMessages {
  // @ts-ignore: decorator
  @inline export const messages: usize = 0;
  // @ts-ignore: decorator
  @inline export const cut: usize = 8;
  // @ts-ignore: decorator
  @inline export const metadata: usize = 12;
  // @ts-ignore: decorator
  @inline export const SIZE: usize = 20;
}

/** `grpc.request`. */
export namespace GrpcRequest {
  // @ts-ignore: decorator
  @inline export const server: usize = 0;
  // @ts-ignore: decorator
  @inline export const method: usize = 8;
  // @ts-ignore: decorator
  @inline export const message: usize = 16;
  // @ts-ignore: decorator
  @inline export const metadata: usize = 24;
  // @ts-ignore: decorator
  @inline export const timeoutMs: usize = 32;
  // @ts-ignore: decorator
  @inline export const SIZE: usize = 40;
}

/** `grpc.response`. */
export namespace GrpcResponse {
  // @ts-ignore: decorator
  @inline export const message: usize = 0;
  // @ts-ignore: decorator
  @inline export const metadata: usize = 8;
  // @ts-ignore: decorator
  @inline export const SIZE: usize = 16;
}

/** `http.incoming-request`. */
export namespace HttpIncomingRequest {
  // @ts-ignore: decorator
  @inline export const method: usize = 0;
  // @ts-ignore: decorator
  @inline export const path: usize = 8;
  // @ts-ignore: decorator
  @inline export const parameters: usize = 16;
  // @ts-ignore: decorator
  @inline export const query: usize = 24;
  // @ts-ignore: decorator
  @inline export const headers: usize = 32;
  // @ts-ignore: decorator
  @inline export const body: usize = 40;
  // @ts-ignore: decorator
  @inline export const service: usize = 48;
  // @ts-ignore: decorator
  @inline export const SIZE: usize = 60;
}

/** `http.request`. */
export namespace HttpRequest {
  // @ts-ignore: decorator
  @inline export const method: usize = 0;
  // @ts-ignore: decorator
  @inline export const url: usize = 8;
  // @ts-ignore: decorator
  @inline export const headers: usize = 16;
  // @ts-ignore: decorator
  @inline export const body: usize = 24;
  // @ts-ignore: decorator
  @inline export const timeoutMs: usize = 36;
  // @ts-ignore: decorator
  @inline export const redirects: usize = 44;
  // @ts-ignore: decorator
  @inline export const SIZE: usize = 48;
}

/** `http.response`. */
export namespace HttpResponse {
  // @ts-ignore: decorator
  @inline export const status: usize = 0;
  // @ts-ignore: decorator
  @inline export const headers: usize = 4;
  // @ts-ignore: decorator
  @inline export const body: usize = 12;
  // @ts-ignore: decorator
  @inline export const url: usize = 20;
  // @ts-ignore: decorator
  @inline export const elapsedUs: usize = 32;
  // @ts-ignore: decorator
  @inline export const SIZE: usize = 40;
}

/** The cases of `log.level`. */
export const enum LogLevel { Debug, Info, Warn, Error }

/** `metrics.dependency-status`. */
export namespace MetricsDependencyStatus {
  // @ts-ignore: decorator
  @inline export const name: usize = 0;
  // @ts-ignore: decorator
  @inline export const kind: usize = 8;
  // @ts-ignore: decorator
  @inline export const status: usize = 16;
  // @ts-ignore: decorator
  @inline export const reason: usize = 24;
  // @ts-ignore: decorator
  @inline export const since: usize = 40;
  // @ts-ignore: decorator
  @inline export const checked: usize = 48;
  // @ts-ignore: decorator
  @inline export const durationMs: usize = 56;
  // @ts-ignore: decorator
  @inline export const circuit: usize = 64;
  // @ts-ignore: decorator
  @inline export const SIZE: usize = 80;
}

/** The cases of `metrics.how`. */
export const enum MetricsHow { Count, Set, Change, Observe, Record }

/** `metrics.recent-request`. */
export namespace MetricsRecentRequest {
  // @ts-ignore: decorator
  @inline export const method: usize = 0;
  // @ts-ignore: decorator
  @inline export const path: usize = 8;
  // @ts-ignore: decorator
  @inline export const status: usize = 16;
  // @ts-ignore: decorator
  @inline export const durationMs: usize = 24;
  // @ts-ignore: decorator
  @inline export const time: usize = 32;
  // @ts-ignore: decorator
  @inline export const SIZE: usize = 40;
}

/** `metrics.snapshot`. */
export namespace MetricsSnapshot {
  // @ts-ignore: decorator
  @inline export const requests: usize = 0;
  // @ts-ignore: decorator
  @inline export const requestsPerSecond: usize = 8;
  // @ts-ignore: decorator
  @inline export const averageResponseTime: usize = 16;
  // @ts-ignore: decorator
  @inline export const errorRate: usize = 24;
  // @ts-ignore: decorator
  @inline export const cpuUsage: usize = 32;
  // @ts-ignore: decorator
  @inline export const activeConnections: usize = 40;
  // @ts-ignore: decorator
  @inline export const memoryUsage: usize = 48;
  // @ts-ignore: decorator
  @inline export const uptime: usize = 56;
  // @ts-ignore: decorator
  @inline export const SIZE: usize = 64;
}

/** `option<http.incoming-request>`. */
export namespace OptionHttpIncomingRequest {
  // @ts-ignore: decorator
  @inline export const PAYLOAD: usize = 4;
  // @ts-ignore: decorator
  @inline export const SIZE: usize = 64;
}

/** `option<list<u8>>`. */
export namespace OptionListU8 {
  // @ts-ignore: decorator
  @inline export const PAYLOAD: usize = 4;
  // @ts-ignore: decorator
  @inline export const SIZE: usize = 12;
}

/** `option<string>`. */
export namespace OptionString {
  // @ts-ignore: decorator
  @inline export const PAYLOAD: usize = 4;
  // @ts-ignore: decorator
  @inline export const SIZE: usize = 12;
}

/** `option<u32>`. */
export namespace OptionU32 {
  // @ts-ignore: decorator
  @inline export const PAYLOAD: usize = 4;
  // @ts-ignore: decorator
  @inline export const SIZE: usize = 8;
}

/** `option<u64>`. */
export namespace OptionU64 {
  // @ts-ignore: decorator
  @inline export const PAYLOAD: usize = 8;
  // @ts-ignore: decorator
  @inline export const SIZE: usize = 16;
}

/** `option<types.value>`. */
export namespace OptionValue {
  // @ts-ignore: decorator
  @inline export const PAYLOAD: usize = 8;
  // @ts-ignore: decorator
  @inline export const SIZE: usize = 24;
}

/** `types.reply`. */
export namespace Reply {
  // @ts-ignore: decorator
  @inline export const status: usize = 0;
  // @ts-ignore: decorator
  @inline export const headers: usize = 4;
  // @ts-ignore: decorator
  @inline export const body: usize = 16;
  // @ts-ignore: decorator
  @inline export const SIZE: usize = 32;
}

/** `sql.changes`. */
export namespace SqlChanges {
  // @ts-ignore: decorator
  @inline export const affected: usize = 0;
  // @ts-ignore: decorator
  @inline export const lastInsertId: usize = 8;
  // @ts-ignore: decorator
  @inline export const SIZE: usize = 16;
}

/** `sql.rows`. */
export namespace SqlRows {
  // @ts-ignore: decorator
  @inline export const columns: usize = 0;
  // @ts-ignore: decorator
  @inline export const rows: usize = 8;
  // @ts-ignore: decorator
  @inline export const SIZE: usize = 16;
}

/** `tuple<string, string>`. */
export namespace TupleStringString {
  // @ts-ignore: decorator
  @inline export const first: usize = 0;
  // @ts-ignore: decorator
  @inline export const second: usize = 8;
  // @ts-ignore: decorator
  @inline export const SIZE: usize = 16;
}

/** `tuple<string, types.value>`. */
export namespace TupleStringValue {
  // @ts-ignore: decorator
  @inline export const first: usize = 0;
  // @ts-ignore: decorator
  @inline export const second: usize = 8;
  // @ts-ignore: decorator
  @inline export const SIZE: usize = 24;
}

/** `tuple<u16, u64>`. */
export namespace TupleU16U64 {
  // @ts-ignore: decorator
  @inline export const first: usize = 0;
  // @ts-ignore: decorator
  @inline export const second: usize = 8;
  // @ts-ignore: decorator
  @inline export const SIZE: usize = 16;
}

/** `types.value`. */
export namespace Value {
  // @ts-ignore: decorator
  @inline export const PAYLOAD: usize = 8;
  // @ts-ignore: decorator
  @inline export const SIZE: usize = 16;
}

/** The cases of `types.value`. */
export const enum ValueCase { Null, Boolean, Integer, Real, Text, Bytes, Json }
