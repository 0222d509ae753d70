// Generated from guest-sdk/wit: `UPDATE=1 cargo test -p fujsen --test bindings` writes it anew.
// The imports, flattened: a string or a list is pointer and length; a result that does not fit one word is
// written to the pointer that comes last.

@external("tusk:fujsen/config@0.1.0", "get")
export declare function configGet(key: usize, keyLength: i32, result: usize): void;
@external("tusk:fujsen/config@0.1.0", "evaluate")
export declare function configEvaluate(key: usize, keyLength: i32, result: usize): void;
@external("tusk:fujsen/config@0.1.0", "validate")
export declare function configValidate(
  document: usize, documentLength: i32, schema: usize, schemaLength: i32, result: usize
): void;

@external("tusk:fujsen/crypto@0.1.0", "random")
export declare function cryptoRandom(length: i32, result: usize): void;
@external("tusk:fujsen/crypto@0.1.0", "uuid-v4")
export declare function cryptoUuidV4(result: usize): void;
@external("tusk:fujsen/crypto@0.1.0", "uuid-v7")
export declare function cryptoUuidV7(result: usize): void;
@external("tusk:fujsen/crypto@0.1.0", "digest")
export declare function cryptoDigest(hash: i32, data: usize, dataLength: i32, result: usize): void;
@external("tusk:fujsen/crypto@0.1.0", "hmac")
export declare function cryptoHmac(
  hash: i32, key: usize, keyLength: i32, data: usize, dataLength: i32, result: usize
): void;

@external("tusk:fujsen/events@0.1.0", "publish")
export declare function eventsPublish(
  eventType: usize, eventTypeLength: i32, data: usize, dataLength: i32, hasTarget: i32, target: usize,
  targetLength: i32, hasKey: i32, key: usize, keyLength: i32, hasId: i32, id: usize, idLength: i32, result: usize
): void;

@external("tusk:fujsen/fujsen@0.1.0", "call")
export declare function fujsenCall(name: usize, nameLength: i32, args: usize, argsLength: i32, result: usize): void;
@external("tusk:fujsen/fujsen@0.1.0", "fail")
export declare function fujsenFail(
  status: i32, code: usize, codeLength: i32, message: usize, messageLength: i32
): void;
@external("tusk:fujsen/fujsen@0.1.0", "panic")
export declare function fujsenPanic(
  message: usize, messageLength: i32, file: usize, fileLength: i32, line: i32, column: i32
): void;

@external("tusk:fujsen/grpc@0.1.0", "call")
export declare function grpcCall(
  server: usize, serverLength: i32, method: usize, methodLength: i32, message: usize, messageLength: i32,
  metadata: usize, metadataLength: i32, hasTimeoutMs: i32, timeoutMs: i32, result: usize
): void;
@external("tusk:fujsen/grpc@0.1.0", "stream")
export declare function grpcStream(
  server: usize, serverLength: i32, method: usize, methodLength: i32, message: usize, messageLength: i32,
  metadata: usize, metadataLength: i32, hasTimeoutMs: i32, timeoutMs: i32, hasLimit: i32, limit: i32, result: usize
): void;

@external("tusk:fujsen/http@0.1.0", "send")
export declare function httpSend(
  method: usize, methodLength: i32, url: usize, urlLength: i32, headers: usize, headersLength: i32, hasBody: i32,
  body: usize, bodyLength: i32, hasTimeoutMs: i32, timeoutMs: i32, redirects: i32, result: usize
): void;
@external("tusk:fujsen/http@0.1.0", "incoming")
export declare function httpIncoming(result: usize): void;

@external("tusk:fujsen/log@0.1.0", "write")
export declare function logWrite(
  level: i32, message: usize, messageLength: i32, fields: usize, fieldsLength: i32
): void;

@external("tusk:fujsen/metrics@0.1.0", "measure")
export declare function metricsMeasure(
  how: i32, name: usize, nameLength: i32, amount: f64, labels: usize, labelsLength: i32, buckets: usize,
  bucketsLength: i32, result: usize
): void;
@external("tusk:fujsen/metrics@0.1.0", "figures")
export declare function metricsFigures(result: usize): void;
@external("tusk:fujsen/metrics@0.1.0", "recent-requests")
export declare function metricsRecentRequests(result: usize): void;
@external("tusk:fujsen/metrics@0.1.0", "errors")
export declare function metricsErrors(result: usize): void;
@external("tusk:fujsen/metrics@0.1.0", "dependencies")
export declare function metricsDependencies(result: usize): void;

@external("tusk:fujsen/redis@0.1.0", "command")
export declare function redisCommand(
  server: usize, serverLength: i32, name: usize, nameLength: i32, args: usize, argsLength: i32, result: usize
): void;

@external("tusk:fujsen/sql@0.1.0", "query")
export declare function sqlQuery(
  database: usize, databaseLength: i32, statement: usize, statementLength: i32, parameters: usize,
  parametersLength: i32, result: usize
): void;
@external("tusk:fujsen/sql@0.1.0", "execute")
export declare function sqlExecute(
  database: usize, databaseLength: i32, statement: usize, statementLength: i32, parameters: usize,
  parametersLength: i32, result: usize
): void;
@external("tusk:fujsen/sql@0.1.0", "begin")
export declare function sqlBegin(database: usize, databaseLength: i32, result: usize): void;
@external("tusk:fujsen/sql@0.1.0", "commit")
export declare function sqlCommit(database: usize, databaseLength: i32, result: usize): void;
@external("tusk:fujsen/sql@0.1.0", "rollback")
export declare function sqlRollback(database: usize, databaseLength: i32, result: usize): void;

@external("tusk:fujsen/state@0.1.0", "get")
export declare function stateGet(key: usize, keyLength: i32, result: usize): void;
@external("tusk:fujsen/state@0.1.0", "set")
export declare function stateSet(
  key: usize, keyLength: i32, valueTag: i32, valueWord: i64, valueLength: i32, hasLifetimeMs: i32, lifetimeMs: i64,
  result: usize
): void;
@external("tusk:fujsen/state@0.1.0", "delete")
export declare function stateDelete(key: usize, keyLength: i32, result: usize): void;
@external("tusk:fujsen/state@0.1.0", "increment")
export declare function stateIncrement(
  key: usize, keyLength: i32, by: i64, hasLifetimeMs: i32, lifetimeMs: i64, result: usize
): void;
@external("tusk:fujsen/state@0.1.0", "compare-and-set")
export declare function stateCompareAndSet(
  key: usize, keyLength: i32, expectedTag: i32, expectedWord: i64, expectedLength: i32, valueTag: i32, valueWord: i64,
  valueLength: i32, hasLifetimeMs: i32, lifetimeMs: i64, result: usize
): void;
@external("tusk:fujsen/state@0.1.0", "expire")
export declare function stateExpire(
  key: usize, keyLength: i32, hasLifetimeMs: i32, lifetimeMs: i64, result: usize
): void;
@external("tusk:fujsen/state@0.1.0", "expires-in")
export declare function stateExpiresIn(key: usize, keyLength: i32, result: usize): void;

@external("tusk:fujsen/time@0.1.0", "now")
export declare function timeNow(): i64;
@external("tusk:fujsen/time@0.1.0", "monotonic")
export declare function timeMonotonic(): i64;
@external("tusk:fujsen/time@0.1.0", "format")
export declare function timeFormat(timestamp: i64, pattern: usize, patternLength: i32, result: usize): void;
@external("tusk:fujsen/time@0.1.0", "sleep")
export declare function timeSleep(milliseconds: i32): void;
