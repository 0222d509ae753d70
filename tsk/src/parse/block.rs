//! Statements to blocks: indentation, `- item` lists and `name > … <`.

use super::{
    builder::Builder,
    mistakes::{fence, missing_value},
    row::{ItemBody, Line, Row},
    syntax::{Expr, ExprKind, Key, Statement},
    tree::{Pair, Rule},
};
use crate::{diagnostic::Diagnostic, span::Span};

type Lines<'i> = std::iter::Peekable<std::vec::IntoIter<Line<'i>>>;

/// What ends a block.
#[derive(Clone, Copy)]
enum Until {
    End,
    Angle,
    /// A line that stands left of this column.
    Column(u32),
}

impl<'a> Builder<'a> {
    /// The text from the start of a span on.
    fn behind(&self, span: Span) -> &'a [u8] {
        let start = span.start.saturating_sub(self.base) as usize;
        self.text.as_bytes().get(start..).unwrap_or_default()
    }

    /// The statements of a file or of an object.
    pub(super) fn block<'t>(&mut self, trees: impl Iterator<Item = Pair<'t>>) -> Vec<Statement> {
        let mut lines = Vec::new();
        for tree in trees {
            // Elsewhere than between operators, a comment is skipped like blanks.
            if tree.as_rule() == Rule::rest {
                continue;
            }
            let span = self.span(&tree);
            if self.behind(span).starts_with(b"```") {
                self.report(fence(span, tree.as_str()));
                // What stands behind it is prose.
                break;
            }
            if let Some(row) = self.row(tree, span) {
                lines.push(Line { row, span });
            }
        }
        self.statements(&mut lines.into_iter().peekable(), Until::End)
    }

    fn statements(&mut self, lines: &mut Lines<'_>, until: Until) -> Vec<Statement> {
        let mut statements = Vec::new();
        while let Some(line) = lines.peek() {
            match (&line.row, until) {
                (Row::Section(_), Until::Angle | Until::Column(_)) => break,
                (Row::CloseAngle, Until::Angle | Until::Column(_)) => break,
                (_, Until::Column(column)) if self.column(line.span.start) < column => break,
                _ => {}
            }
            let Some(line) = lines.next() else { break };
            if let Some(statement) = self.statement(line, lines, until) {
                statements.push(statement);
            }
        }
        statements
    }

    fn statement(&mut self, line: Line<'_>, lines: &mut Lines<'_>, until: Until) -> Option<Statement> {
        if let Until::Column(column) = until
            && self.column(line.span.start) > column
        {
            self.report(
                Diagnostic::warning(
                    "odd-indentation",
                    "this line stands further right than the lines of its block",
                )
                .at(line.span)
                .label("read as part of the block")
                .help("start the lines of a block in one column"),
            );
        }
        self.note_start(line.span);
        match line.row {
            Row::Section(key) => Some(Statement::Section(key)),
            Row::Entry(key, value) => {
                let value = self.entry_value(&key, value, line.span, lines);
                Some(Statement::Entry(key, value))
            }
            Row::OpenAngle(key) => {
                let value = self.angle(line.span, lines);
                Some(Statement::Entry(key, value))
            }
            Row::CloseAngle => {
                self.report(
                    Diagnostic::error("unexpected-close", "`<` closes nothing")
                        .at(line.span)
                        .label("no `name >` is open here")
                        .help("remove it, or open a block with `name >`"),
                );
                None
            }
            Row::Item(_) => {
                self.report(
                    Diagnostic::error("lost-item", "this list item belongs to no key")
                        .at(line.span)
                        .label("no `key:` stands above it")
                        .help("write `key:` on a line before the items"),
                );
                None
            }
            Row::Directive(tree) => Some(Statement::Directive(match tree.as_rule() {
                Rule::value | Rule::inner => self.value(tree),
                _ => self.operand(tree),
            })),
            Row::Bad => None,
        }
    }

    fn entry_value(&mut self, key: &Key, value: Option<Pair<'_>>, line: Span, lines: &mut Lines<'_>) -> Expr {
        match value {
            Some(tree) if matches!(tree.as_rule(), Rule::value | Rule::inner) => self.value(tree),
            Some(tree) => self.operand(tree),
            None => self.indented(key, line, lines),
        }
    }

    /// The block under `key:`.
    fn indented(&mut self, key: &Key, line: Span, lines: &mut Lines<'_>) -> Expr {
        let column = self.column(key.span.start);
        let next = lines.peek().map(|next| (&next.row, self.column(next.span.start)));
        let inner = match next {
            Some((Row::Item(_), next)) if next >= column => next,
            Some((row, next)) if next > column && !matches!(row, Row::Section(_) | Row::CloseAngle) => next,
            _ => {
                self.report(missing_value(key, line));
                return Expr {
                    kind: ExprKind::Bad,
                    span: line,
                };
            }
        };
        self.block_at(inner, line, lines)
    }

    fn block_at(&mut self, column: u32, line: Span, lines: &mut Lines<'_>) -> Expr {
        let (start, is_list) = lines
            .peek()
            .map_or((line, false), |next| (next.span, matches!(next.row, Row::Item(_))));
        let mut end = start;
        let kind = self.deeper(start, |this| {
            if is_list {
                ExprKind::Array(this.indent(4, |this| this.list(column, lines, &mut end)))
            } else {
                ExprKind::Object(this.indent(4, |this| this.statements(lines, Until::Column(column))))
            }
        });
        let kind = kind.unwrap_or_else(|| {
            while lines.next_if(|line| self.column(line.span.start) >= column).is_some() {}
            ExprKind::Bad
        });
        if let ExprKind::Object(statements) = &kind
            && let Some(last) = statements.last()
        {
            end = statement_end(last);
        }
        Expr {
            kind,
            span: start.to(end),
        }
    }

    fn list(&mut self, column: u32, lines: &mut Lines<'_>, end: &mut Span) -> Vec<Expr> {
        let mut items = Vec::new();
        while let Some(line) =
            lines.next_if(|line| matches!(line.row, Row::Item(_)) && self.column(line.span.start) >= column)
        {
            *end = line.span;
            self.note_start(line.span);
            let Row::Item(body) = line.row else { continue };
            let item = match body {
                Some(ItemBody::Value(value)) => self.list_word(value),
                Some(ItemBody::Entry(key, value)) => {
                    let start = key.span;
                    let column = self.column(start.start);
                    let statements = self.indent(2, |this| {
                        let value = this.entry_value(&key, value, line.span, lines);
                        let mut statements = vec![Statement::Entry(key, value)];
                        statements.extend(this.statements(lines, Until::Column(column)));
                        statements
                    });
                    let last = statements.last().map_or(start, statement_end);
                    Expr {
                        kind: ExprKind::Object(statements),
                        span: start.to(last),
                    }
                }
                None => {
                    let own = self.column(line.span.start);
                    let next = lines.peek().map(|next| (&next.row, self.column(next.span.start)));
                    match next {
                        Some((row, next)) if next > own && !matches!(row, Row::Section(_) | Row::CloseAngle) => {
                            self.block_at(next, line.span, lines)
                        }
                        _ => Expr {
                            kind: ExprKind::Null,
                            span: line.span,
                        },
                    }
                }
            };
            *end = end.to(item.span);
            items.push(item);
        }
        items
    }

    /// A lone word behind `-` is text: such lists name things, they do not copy them.
    fn list_word(&mut self, value: Pair<'_>) -> Expr {
        let mut expr = self.value(value);
        if let ExprKind::Word(_) = expr.kind {
            expr.kind = ExprKind::Phrase(None);
        }
        expr
    }

    /// The block between `name >` and `<`.
    fn angle(&mut self, open: Span, lines: &mut Lines<'_>) -> Expr {
        let start = lines.peek().map_or(open, |line| line.span);
        let body = self.deeper(open, |this| this.indent(4, |this| this.statements(lines, Until::Angle)));
        let Some(body) = body else {
            while lines.next_if(|line| !matches!(line.row, Row::Section(_))).is_some() {}
            return Expr {
                kind: ExprKind::Bad,
                span: open,
            };
        };
        let end = body.last().map_or(start, statement_end);
        if let Some(close) = lines.next_if(|line| matches!(line.row, Row::CloseAngle)) {
            self.note_start(close.span);
        } else {
            self.report(
                Diagnostic::error("unclosed-block", "this block is never closed")
                    .at(open)
                    .label("`>` opens it")
                    .help("end it with `<` on a line of its own"),
            );
        }
        Expr {
            kind: ExprKind::Object(body),
            span: start.to(end),
        }
    }
}

fn statement_end(statement: &Statement) -> Span {
    match statement {
        Statement::Section(key) => key.span,
        Statement::Entry(_, value) | Statement::Directive(value) => value.span,
    }
}
