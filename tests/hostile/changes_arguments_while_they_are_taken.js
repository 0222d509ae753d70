/** Empties the list of parameters that the host is being told. */
export function changes_arguments_while_they_are_taken() {
  const list = Array.from({ length: 1000 }, () => ({ room: "x".repeat(100) }));
  list[0] = { toJSON() { list.length = 0; list.push(list); return 1; } };
  return sql.query("main", "SELECT 1", list);
}
