/** Imports what the SDK is made of. */
import { sqlQuery } from "tusk:host";
export function imports_the_natives_at_start() { return sqlQuery("main", "SELECT 1", []); }
