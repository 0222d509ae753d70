//! Statements to blocks: indentation, `- item` lists and `name > … <`.

use super::{
    builder::{Builder, stray},
    syntax::{Expr, ExprKind, Key, Statement},
    tree::{Kind, Tree},
};
use crate::{diagnostic::Diagnostic, span::Span};

/// One statement as the grammar gives it.
enum Row<'i> {
    Section(Key),
    Entry(Key, Option<Tree<'i>>),
    OpenAngle(Key),
    CloseAngle,
    Item(Option<ItemBody<'i>>),
    Directive(Tree<'i>),
    /// Reported already.
    Bad,
}

enum ItemBody<'i> {
    Value(Tree<'i>),
    /// `- key: value`: the first line of an object.
    Entry(Key, Option<Tree<'i>>),
}

struct Line<'i> {
    row: Row<'i>,
    span: Span,
}

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
    /// The statements of a file or of an object.
    pub(super) fn block<'t>(&mut self, trees: impl Iterator<Item = Tree<'t>>) -> Vec<Statement> {
        let mut lines = Vec::new();
        for tree in trees {
            let span = self.span(tree);
            if self.text.as_bytes()[(span.start - self.base) as usize..].starts_with(b"```") {
                self.report(fence(span, tree.text()));
                // What stands behind it is prose.
                break;
            }
            if let Some(row) = self.row(tree, span) {
                lines.push(Line { row, span });
            }
        }
        self.statements(&mut lines.into_iter().peekable(), Until::End)
    }

    fn row<'i>(&mut self, tree: Tree<'i>, span: Span) -> Option<Row<'i>> {
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
                    self.report(bad_line(span, tree.text()));
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
            Row::Directive(tree) => Some(Statement::Directive(match tree.kind() {
                Kind::Value => self.value(tree),
                _ => self.operand(tree),
            })),
            Row::Bad => None,
        }
    }

    fn entry_value(&mut self, key: &Key, value: Option<Tree<'_>>, line: Span, lines: &mut Lines<'_>) -> Expr {
        match value {
            Some(tree) if tree.kind() == Kind::Value => self.value(tree),
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
    fn list_word(&mut self, value: Tree<'_>) -> Expr {
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

fn statement_end(statement: &Statement) -> Span {
    match statement {
        Statement::Section(key) => key.span,
        Statement::Entry(_, value) | Statement::Directive(value) => value.span,
    }
}

fn missing_value(key: &Key, line: Span) -> Diagnostic {
    let name = key.parts.join(".");
    Diagnostic::error("missing-value", format!("`{name}` has no value"))
        .at(line)
        .label("nothing follows, not even an indented block")
        .help(format!(
            "write `{name}: null` or `{name}: \"\"`; a value that starts with `#` needs quotes"
        ))
}

fn bad_section(span: Span, text: &str) -> Diagnostic {
    let inside = text.trim_start_matches(['[', ' ']);
    let name: String = inside
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
        .collect();
    let name = if name.is_empty() { "name".to_owned() } else { name };
    let (code, message, label) = if text.contains(']') {
        (
            "bad-section",
            "this is no section header",
            "a header is `[name]` on a line of its own",
        )
    } else {
        (
            "unclosed-section",
            "this section header is not closed",
            "`]` is missing",
        )
    };
    let trimmed = Span {
        end: span.start + text.trim_end().len() as u32,
        ..span
    };
    Diagnostic::error(code, message)
        .at(trimmed)
        .label(label)
        .help(format!("write `[{name}]`"))
}

fn code_block(span: Span, text: &str) -> Diagnostic {
    let head = text.split('{').next().unwrap_or_default().trim_end();
    let shown: String = head.chars().take(40).collect();
    Diagnostic::error("code", format!("`{shown} {{` is code, and TSK has values"))
        .at(Span {
            end: span.start + head.len() as u32,
            ..span
        })
        .label("no key and no section starts like this")
        .help("write code as the text of a fujsen: `name_fujsen = '''rust`; an object is `name { … }`")
}

fn fence(span: Span, text: &str) -> Diagnostic {
    let line = text.lines().next().unwrap_or_default().trim_end();
    Diagnostic::error("not-tsk", "this is Markdown; TSK has no fences")
        .at(Span {
            end: span.start + line.len() as u32,
            ..span
        })
        .label("what follows is not read")
        .help("keep only the lines between the fences")
}

/// The end of a string at the start of a line that has more on it.
fn quoted_start(line: &str) -> Option<(usize, char)> {
    let quote = line.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let end = line[1..].find(quote)? + 2;
    (end > 2 && end < line.len() && !line[end..].starts_with(quote)).then_some((end, quote))
}

fn bad_line(span: Span, text: &str) -> Diagnostic {
    let first = text.lines().next().unwrap_or_default().trim_end();
    let line = Span {
        end: span.start + first.len() as u32,
        ..span
    };
    let word: String = first
        .chars()
        .take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
        .collect();
    if let Some((end, quote)) = quoted_start(first) {
        return Diagnostic::error(
            "missing-colon",
            format!("{quote}…{quote} is followed by neither `:` nor `=`"),
        )
        .at(line)
        .label("a key and its value have `:` or `=` between them")
        .help(format!("write `{}: {}`", &first[..end], first[end..].trim_start()));
    }
    if word.is_empty() {
        let diagnostic = stray(line, first);
        return match diagnostic.code {
            "unexpected-close" => diagnostic,
            _ => diagnostic.help("a line is `key: value`, `[section]`, or a comment after `#`"),
        };
    }
    let rest = first[word.len()..].trim_start();
    let help = match rest {
        "" => format!("write `{word}: value`"),
        _ => format!("write `{word}: {rest}`"),
    };
    Diagnostic::error("missing-colon", format!("`{word}` is followed by neither `:` nor `=`"))
        .at(line)
        .label("a key and its value have `:` or `=` between them")
        .help(help)
}
