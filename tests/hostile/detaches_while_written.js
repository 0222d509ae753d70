/** Gives away bytes while the host is told of them. */
export function detaches_while_written() {
  const bytes = new Uint8Array(1 << 20);
  const first = { toJSON: () => bytes.buffer.transfer(0).byteLength };
  return sql.query("main", "SELECT ?, ?", [first, bytes, { first, bytes }]);
}
