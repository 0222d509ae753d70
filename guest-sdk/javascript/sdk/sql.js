import { sqlBegin, sqlCommit, sqlExecute, sqlQuery, sqlRollback } from "tusk:host";
import { TypeError, isArray, isObject } from "./primordials.js";

function checked(parameters) {
  if (!isArray(parameters)) throw new TypeError("the parameters of a statement are a list: sql.query(\"main\", \"… WHERE id = ?\", [id])");
  return parameters;
}

const query = (database, statement, parameters = []) => sqlQuery(database, statement, checked(parameters));
const queryOne = (database, statement, parameters = []) => query(database, statement, parameters)[0] ?? null;
const execute = (database, statement, parameters = []) => sqlExecute(database, statement, checked(parameters));

/** Why the work failed is what matters; the host rolls back at the end of the call anyway. */
function abandon(database) {
  try {
    sqlRollback(database);
  } catch {
    // Nothing is open any more.
  }
}

function transaction(database, work) {
  sqlBegin(database);
  let result;
  try {
    result = work({
      query: (statement, parameters) => query(database, statement, parameters),
      queryOne: (statement, parameters) => queryOne(database, statement, parameters),
      execute: (statement, parameters) => execute(database, statement, parameters)
    });
    if (isObject(result) && typeof result.then === "function") return settled(database, result);
  } catch (error) {
    abandon(database);
    throw error;
  }
  sqlCommit(database);
  return result;
}

async function settled(database, promise) {
  let result;
  try {
    result = await promise;
  } catch (error) {
    abandon(database);
    throw error;
  }
  sqlCommit(database);
  return result;
}

/** The databases that the file names under `[databases]`. */
export const sql = {
  query,
  queryOne,
  execute,
  transaction,
  begin(database) { sqlBegin(database); },
  commit(database) { sqlCommit(database); },
  rollback(database) { sqlRollback(database); }
};
