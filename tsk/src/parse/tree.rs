//! What stands where in a text: a tree of its parts.

/// What a part of a text is. `grammar.pest` says how each looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Angle,
    Args,
    Array,
    Arrow,
    BadBlock,
    BadLine,
    BadSection,
    Block,
    Call,
    CloseAngle,
    Closer,
    Code,
    CodeCall,
    CodeName,
    Comma,
    Comment,
    Directive,
    Entry,
    Global,
    Hash,
    Heredoc,
    HeredocText,
    Include,
    IncludeName,
    Item,
    ItemEntry,
    Key,
    MemberName,
    Missing,
    Number,
    Object,
    Operator,
    OperatorName,
    Other,
    Parens,
    Path,
    Quoted,
    Section,
    Stray,
    Text,
    Value,
    Word,
}

#[derive(Debug)]
struct Node {
    kind: Kind,
    start: u32,
    end: u32,
    /// How many nodes are inside, at any depth.
    inside: u32,
}

/// All parts, each before those inside it.
#[derive(Debug)]
pub(super) struct Trees(Vec<Node>);

impl Trees {
    pub(super) fn with_capacity(nodes: usize) -> Self {
        Self(Vec::with_capacity(nodes))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn truncate(&mut self, len: usize) {
        self.0.truncate(len);
    }

    /// Opens a part. What is added before it is closed is inside.
    pub(super) fn open(&mut self, kind: Kind, start: usize) -> usize {
        self.0.push(Node {
            kind,
            start: start as u32,
            end: start as u32,
            inside: 0,
        });
        self.0.len() - 1
    }

    pub(super) fn close(&mut self, index: usize, end: usize) {
        let inside = self.0.len().saturating_sub(index + 1);
        if let Some(node) = self.0.get_mut(index) {
            (node.end, node.inside) = (end as u32, inside as u32);
        }
    }

    /// The outermost parts.
    pub(super) fn of<'t>(&'t self, text: &'t str) -> Inner<'t> {
        Inner { nodes: &self.0, text }
    }
}

/// One part, with those inside it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tree<'t> {
    node: &'t Node,
    /// The nodes inside.
    nodes: &'t [Node],
    text: &'t str,
}

impl<'t> Tree<'t> {
    pub(super) fn kind(self) -> Kind {
        self.node.kind
    }

    pub(super) fn start(self) -> u32 {
        self.node.start
    }

    pub(super) fn end(self) -> u32 {
        self.node.end
    }

    pub(super) fn text(self) -> &'t str {
        self.text
            .get(self.node.start as usize..self.node.end as usize)
            .unwrap_or_default()
    }

    pub(super) fn inner(self) -> Inner<'t> {
        Inner {
            nodes: self.nodes,
            text: self.text,
        }
    }
}

/// The parts inside a part, one behind the other.
#[derive(Clone, Debug)]
pub(super) struct Inner<'t> {
    nodes: &'t [Node],
    text: &'t str,
}

impl Inner<'_> {
    pub(super) fn is_single(&self) -> bool {
        self.nodes
            .first()
            .is_some_and(|first| first.inside as usize + 1 == self.nodes.len())
    }
}

impl<'t> Iterator for Inner<'t> {
    type Item = Tree<'t>;

    fn next(&mut self) -> Option<Tree<'t>> {
        let (node, rest) = self.nodes.split_first()?;
        let (nodes, rest) = rest.split_at(node.inside as usize);
        self.nodes = rest;
        Some(Tree {
            node,
            nodes,
            text: self.text,
        })
    }
}
