/** A function that is bound a hundred thousand times. */
export function binds_without_end() {
  let bound = () => 1;
  for (let n = 0; n < 100000; n++) bound = bound.bind(null);
  return bound();
}
