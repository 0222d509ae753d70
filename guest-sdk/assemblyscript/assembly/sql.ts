import { RETURN, liftFailure, liftStrings, liftValues, lowerValues } from "./abi";
import { Reader, create } from "./codec";
import { Failure, __tuskThrow } from "./failure";
import * as imports from "./imports";
import { Json } from "./json";
import { JsonWriter } from "./json-writer";
import * as layout from "./layout";
import { Result } from "./result";
import { wellFormed } from "./utf16";
import { Value, ValueKind, kindName } from "./value";

/** Of a row: what does not fit is named with the statement that gave it. */
class RowReader extends Reader {
  constructor(private statement: string) {
    super(500);
  }

  refuse(path: string, problem: string): void {
    super.refuse(path, problem + ", in a row of `" + this.statement + "`");
  }
}

/** A statement for a message: the beginning of it, on one line. */
function shortened(statement: string): string {
  const words = statement.split("\n").join(" ").trim();
  return words.length > 120 ? words.substring(0, 120) + "…" : words;
}

/** One row of a query's result. */
// @ts-ignore: decorator
@global
export class Row {
  constructor(
    readonly columns: string[],
    readonly values: Value[],
    /** What gave it, for messages. */
    private statement: string = ""
  ) {}

  /** The value of a column. Ends the call with a failure when there is no such column. */
  get(column: string): Value {
    const at = this.columns.indexOf(column);
    if (at < 0) {
      const message = "no column `" + column + "` in `" + this.statement + "`; there are: " + this.columns.join(", ");
      throw new Failure(500, message, "column");
    }
    return this.values[at];
  }

  /** The value of a column, unless it is null or bytes where these are not wanted. */
  private wanted(column: string, what: string, bytes: bool = false): Value {
    const value = this.get(column);
    if (value.kind == ValueKind.Null || (value.kind == ValueKind.Bytes && !bytes)) throw this.mismatch(column, what, value);
    return value;
  }

  private mismatch(column: string, what: string, value: Value): Failure {
    const message = "column `" + column + "` of `" + this.statement + "` is " + kindName(value.kind) + ", not " + what;
    return new Failure(500, message, "type");
  }

  /** The value at a position, from 0. */
  at(position: i32): Value {
    if (<u32>position >= <u32>this.values.length) {
      throw new Failure(500, "the result has " + this.values.length.toString() + " columns, no column " + position.toString(), "column");
    }
    return this.values[position];
  }

  isNull(column: string): bool { return this.get(column).isNull; }
  text(column: string): string { return this.wanted(column, "a text").asText(); }
  integer(column: string): i64 { return this.wanted(column, "an integer").asInteger(); }
  real(column: string): f64 { return this.wanted(column, "a real number").asReal(); }

  boolean(column: string): bool {
    const value = this.get(column);
    if (value.kind != ValueKind.Boolean && value.kind != ValueKind.Integer) throw this.mismatch(column, "a boolean", value);
    return value.asBoolean();
  }

  bytes(column: string): Uint8Array { return this.wanted(column, "bytes", true).asBytes(); }

  /** An object with a member for each column. */
  toJson(): Json {
    const json = Json.object();
    for (let i = 0; i < this.columns.length; i++) json.set(this.columns[i], this.values[i].asJson());
    return json;
  }

  /** As a class of the author: a field for each column that is wanted. */
  to<T>(): T { return create<T, Json>(this.toJson(), new RowReader(this.statement), ""); }

  __tuskWriteFields(to: usize): void {
    const writer = changetype<JsonWriter>(to);
    for (let i = 0; i < this.columns.length; i++) {
      writer.key(this.columns[i]);
      this.values[i].asJson().__tuskWrite(writer);
    }
  }
}

/** The rows of a query's result: `rows.length`, `rows[i]`. */
// @ts-ignore: decorator
@global
export class Rows {
  constructor(
    readonly columns: string[],
    readonly items: Row[]
  ) {}

  get length(): i32 { return this.items.length; }

  @operator("[]")
  private __get(index: i32): Row { return this.items[index]; }

  /** The first row; null when there is none. */
  first(): Row | null { return this.items.length ? this.items[0] : null; }

  /** An array with an object for each row. */
  toJson(): Json {
    const json = Json.array();
    for (let i = 0; i < this.items.length; i++) json.push(this.items[i].toJson());
    return json;
  }

  /** Each row as a class of the author. */
  to<T>(): T[] {
    const list = new Array<T>(this.items.length);
    for (let i = 0; i < this.items.length; i++) list[i] = this.items[i].to<T>();
    return list;
  }

  __tuskWrite(writer: JsonWriter): void {
    writer.open(0x5b);
    for (let i = 0; i < this.items.length; i++) {
      writer.next();
      writer.open(0x7b);
      this.items[i].__tuskWriteFields(changetype<usize>(writer));
      writer.close(0x7d);
    }
    writer.close(0x5d);
  }
}

/** What a statement changed. */
// @ts-ignore: decorator
@global
export class Changes {
  constructor(
    readonly affected: i64,
    /** Of a row that SQLite has inserted; else 0. `INSERT … RETURNING id` tells it on every database. */
    readonly lastInsertId: i64
  ) {}
}

function liftRows(statement: string): Result<Rows> {
  const rows = RETURN + layout.Payload.sqlQuery;
  if (load<u8>(RETURN)) return Result.failure<Rows>(liftFailure(rows));
  const columns = liftStrings(rows + layout.SqlRows.columns);
  let at = load<usize>(rows, layout.SqlRows.rows);
  const items = new Array<Row>(load<i32>(rows, layout.SqlRows.rows + layout.Slice.length));
  for (let i = 0; i < items.length; i++, at += layout.Slice.SIZE) items[i] = new Row(columns, liftValues(at), statement);
  return Result.success<Rows>(new Rows(columns, items));
}

/** Of an import that gives nothing but a failure, whose payload is at `payload`. */
function done(payload: usize): Result<bool> {
  if (load<u8>(RETURN)) return Result.failure<bool>(liftFailure(RETURN + payload));
  return Result.success<bool>(true);
}

/** The databases that the file names under `[databases]`. */
// @ts-ignore: decorator
@global
export namespace sql {
  /** Runs one statement that gives rows: `sql.query("main", "SELECT … WHERE id = ?", [Value.of(id)])`. */
  export function query(database: string, statement: string, parameters: Value[] = []): Rows {
    return tryQuery(database, statement, parameters).value;
  }

  export function tryQuery(database: string, statement: string, parameters: Value[] = []): Result<Rows> {
    const name = wellFormed(database), text = wellFormed(statement);
    imports.sqlQuery(
      changetype<usize>(name), name.length, changetype<usize>(text), text.length, lowerValues(parameters), parameters.length, RETURN
    );
    return liftRows(shortened(statement));
  }

  /** The first row; null when there is none. */
  export function queryOne(database: string, statement: string, parameters: Value[] = []): Row | null {
    return query(database, statement, parameters).first();
  }

  /** Runs one statement for its effect. */
  export function execute(database: string, statement: string, parameters: Value[] = []): Changes {
    return tryExecute(database, statement, parameters).value;
  }

  export function tryExecute(database: string, statement: string, parameters: Value[] = []): Result<Changes> {
    const name = wellFormed(database), text = wellFormed(statement);
    imports.sqlExecute(
      changetype<usize>(name), name.length, changetype<usize>(text), text.length, lowerValues(parameters), parameters.length, RETURN
    );
    const payload = RETURN + layout.Payload.sqlExecute;
    if (load<u8>(RETURN)) return Result.failure<Changes>(liftFailure(payload));
    const affected = load<i64>(payload, layout.SqlChanges.affected);
    return Result.success<Changes>(new Changes(affected, load<i64>(payload, layout.SqlChanges.lastInsertId)));
  }

  /** Starts a transaction: every statement of this call on this database belongs to it until `commit` or `rollback`. A call that ends without `commit` rolls back. */
  export function begin(database: string): void { tryBegin(database).value; }
  export function commit(database: string): void { tryCommit(database).value; }
  export function rollback(database: string): void { tryRollback(database).value; }

  /** Runs `body` in a transaction: commits when it returns; a failure in it ends the call and rolls back. */
  export function transaction(database: string, body: () => void): void {
    begin(database);
    body();
    commit(database);
  }

  export function tryBegin(database: string): Result<bool> {
    const name = wellFormed(database);
    imports.sqlBegin(changetype<usize>(name), name.length, RETURN);
    return done(layout.Payload.sqlBegin);
  }

  export function tryCommit(database: string): Result<bool> {
    const name = wellFormed(database);
    imports.sqlCommit(changetype<usize>(name), name.length, RETURN);
    return done(layout.Payload.sqlCommit);
  }

  export function tryRollback(database: string): Result<bool> {
    const name = wellFormed(database);
    imports.sqlRollback(changetype<usize>(name), name.length, RETURN);
    return done(layout.Payload.sqlRollback);
  }
}
