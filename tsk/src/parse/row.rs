//! Lines to rows: what each statement is.

use super::{
    builder::Builder,
    mistakes::{bad_line, bad_section, code_block, stray},
    syntax::Key,
    tree::{Pair, Rule},
};
use crate::{diagnostic::Diagnostic, span::Span};

/// One statement as the grammar gives it.
pub(super) enum Row<'i> {
    Section(Key),
    Entry(Key, Option<Pair<'i>>),
    OpenAngle(Key),
    CloseAngle,
    Item(Option<ItemBody<'i>>),
    Directive(Pair<'i>),
    /// Reported already.
    Bad,
}

pub(super) enum ItemBody<'i> {
    Value(Pair<'i>),
    /// `- key: value`: the first line of an object.
    Entry(Key, Option<Pair<'i>>),
}

pub(super) struct Line<'i> {
    pub(super) row: Row<'i>,
    pub(super) span: Span,
}

impl Builder<'_> {
    pub(super) fn row<'i>(&mut self, tree: Pair<'i>, span: Span) -> Option<Row<'i>> {
        Some(match tree.as_rule() {
            Rule::section => match tree.into_inner().next() {
                Some(path) => Row::Section(self.key(&path)),
                None => Row::Bad,
            },
            Rule::entry | Rule::inner_entry => {
                let mut inner = tree.into_inner();
                let key = inner.next()?;
                let key = self.key(&key);
                let value = inner.next();
                let place = value.as_ref().map(|value| self.span(value));
                self.note_separator(key.span, place);
                match value {
                    Some(mark) if mark.as_rule() == Rule::angle => Row::OpenAngle(key),
                    value => Row::Entry(key, value),
                }
            }
            Rule::close_angle | Rule::inner_close => Row::CloseAngle,
            Rule::item | Rule::inner_item => {
                let inner = tree.into_inner().next();
                if let Some(inner) = &inner {
                    let content = self.span(inner).start;
                    self.note_gap(span.start, content, "- ");
                }
                Row::Item(inner.and_then(|inner| self.item(inner)))
            }
            Rule::directive => {
                self.closed_block(tree.clone());
                Row::Directive(tree.into_inner().next()?)
            }
            Rule::bad_block | Rule::inner_block => {
                let text = tree.as_str();
                self.closed_block(tree);
                self.report(code_block(span, text));
                Row::Bad
            }
            Rule::bad_section => {
                self.report(bad_section(span, tree.as_str()));
                Row::Bad
            }
            Rule::bad_line | Rule::bad_member => match lone_value(tree.clone()) {
                Some(value) => Row::Directive(value),
                None => {
                    let diagnostic = self.opened_in_comment(bad_line(span, tree.as_str()));
                    self.report(diagnostic);
                    Row::Bad
                }
            },
            Rule::stray => {
                self.report(stray(span, tree.as_str().trim_end()));
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

    fn item<'i>(&mut self, inner: Pair<'i>) -> Option<ItemBody<'i>> {
        if inner.as_rule() != Rule::item_entry {
            return Some(ItemBody::Value(inner));
        }
        let mut inner = inner.into_inner();
        let key = self.key(&inner.next()?);
        let value = inner.next();
        let place = value.as_ref().map(|value| self.span(value));
        self.note_separator(key.span, place);
        Some(ItemBody::Entry(key, value))
    }
}

/// A value that stands alone and says so by an operator: `a == b ? c : d`, `php(x)`.
fn lone_value<'i>(tree: Pair<'i>) -> Option<Pair<'i>> {
    let value = tree.into_inner().next()?;
    let mut trees = value.clone().into_inner();
    let first = trees.next()?;
    let is_value = match trees.next() {
        None => matches!(first.as_rule(), Rule::code_call | Rule::global),
        Some(second) => {
            second.as_rule() == Rule::operator
                && matches!(
                    second.as_str().trim_end(),
                    "==" | "!=" | "<=" | ">=" | "&&" | "||" | "?" | "+"
                )
        }
    };
    is_value.then_some(value)
}
