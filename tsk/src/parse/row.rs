//! Lines to rows: what each statement is.

use super::{
    builder::Builder,
    mistakes::{bad_line, bad_section, code_block, stray},
    syntax::Key,
    tree::{Kind, Tree},
};
use crate::{diagnostic::Diagnostic, span::Span};

/// One statement as the grammar gives it.
pub(super) enum Row<'i> {
    Section(Key),
    Entry(Key, Option<Tree<'i>>),
    OpenAngle(Key),
    CloseAngle,
    Item(Option<ItemBody<'i>>),
    Directive(Tree<'i>),
    /// Reported already.
    Bad,
}

pub(super) enum ItemBody<'i> {
    Value(Tree<'i>),
    /// `- key: value`: the first line of an object.
    Entry(Key, Option<Tree<'i>>),
}

pub(super) struct Line<'i> {
    pub(super) row: Row<'i>,
    pub(super) span: Span,
}

impl Builder<'_> {
    pub(super) fn row<'i>(&mut self, tree: Tree<'i>, span: Span) -> Option<Row<'i>> {
        Some(match tree.kind() {
            Kind::Section => match tree.inner().next() {
                Some(path) => Row::Section(self.key(path)),
                None => Row::Bad,
            },
            Kind::Entry => {
                let mut inner = tree.inner();
                let key = inner.next()?;
                let key = self.key(key);
                let value = inner.next();
                let place = value.map(|value| self.span(value));
                self.note_separator(key.span, place);
                match value {
                    Some(mark) if mark.kind() == Kind::Angle => Row::OpenAngle(key),
                    value => Row::Entry(key, value),
                }
            }
            Kind::CloseAngle => Row::CloseAngle,
            Kind::Item => {
                let inner = tree.inner().next();
                if let Some(inner) = inner {
                    let content = self.span(inner).start;
                    self.note_gap(span.start, content, "- ");
                }
                Row::Item(inner.and_then(|inner| self.item(inner)))
            }
            Kind::Directive => {
                self.closed_block(tree);
                Row::Directive(tree.inner().next()?)
            }
            Kind::BadBlock => {
                let text = tree.text();
                self.closed_block(tree);
                self.report(code_block(span, text));
                Row::Bad
            }
            Kind::BadSection => {
                self.report(bad_section(span, tree.text()));
                Row::Bad
            }
            Kind::BadLine => match lone_value(tree) {
                Some(value) => Row::Directive(value),
                None => {
                    let diagnostic = self.opened_in_comment(bad_line(span, tree.text()));
                    self.report(diagnostic);
                    Row::Bad
                }
            },
            Kind::Stray => {
                self.report(stray(span, tree.text().trim_end()));
                return None;
            }
            _ => return None,
        })
    }

    /// What closes nothing may close what a comment opens: `#api /users {`.
    fn opened_in_comment(&self, diagnostic: Diagnostic) -> Diagnostic {
        let (Some(span), "unexpected-close") = (diagnostic.span, diagnostic.code) else {
            return diagnostic;
        };
        let mut end = (span.start - self.base) as usize;
        // A comment further up opens something else; looking for it at each line would take long.
        for line in self.text[..end].rsplit('\n').take(200) {
            let start = end - line.len();
            if line.trim_start().starts_with('#') && line.trim_end().ends_with('{') {
                let comment = Span {
                    start: self.base + start as u32,
                    end: self.base + (start + line.trim_end().len()) as u32,
                    ..span
                };
                return diagnostic
                    .related(comment, "`#` makes this a comment, so its `{` opens nothing")
                    .help("write `name {` without `#` for an object; code belongs into a fujsen");
            }
            end = start.saturating_sub(1);
        }
        diagnostic
    }

    fn item<'i>(&mut self, inner: Tree<'i>) -> Option<ItemBody<'i>> {
        if inner.kind() != Kind::ItemEntry {
            return Some(ItemBody::Value(inner));
        }
        let mut inner = inner.inner();
        let key = self.key(inner.next()?);
        let value = inner.next();
        let place = value.map(|value| self.span(value));
        self.note_separator(key.span, place);
        Some(ItemBody::Entry(key, value))
    }
}

/// A value that stands alone and says so by an operator: `a == b ? c : d`, `php(x)`.
fn lone_value<'i>(tree: Tree<'i>) -> Option<Tree<'i>> {
    let value = tree.inner().next()?;
    let mut trees = value.inner();
    let first = trees.next()?;
    let is_value = match trees.next() {
        None => matches!(first.kind(), Kind::CodeCall | Kind::Global),
        Some(second) => {
            second.kind() == Kind::Operator
                && matches!(
                    second.text().trim_end(),
                    "==" | "!=" | "<=" | ">=" | "&&" | "||" | "?" | "+"
                )
        }
    };
    is_value.then_some(value)
}
