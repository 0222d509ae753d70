/** Takes what is made of itself. */
type Leaf = { of?: Tree[]; other?: Leaf | Tree };
interface Tree extends Leaf { left: Tree | null; right?: Leaf; by: Record<string, Tree> }
export function takes_a_tree(tree: Tree | null = null): Tree | null { return tree; }
