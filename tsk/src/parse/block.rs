//! Statements to blocks: indentation, `- item` lists and `name > … <`.

use super::{
    Pair, Rule,
    builder::{Builder, stray},
    syntax::{Expr, ExprKind, Key, Statement},
};
use crate::{diagnostic::Diagnostic, span::Span};

/// One statement as the grammar gives it.
enum Row<'i> {
    Section(Key),
    Entry(Key, Option<Pair<'i>>),
    OpenAngle(Key),
    CloseAngle,
    Item(Option<ItemBody<'i>>),
    Directive(Pair<'i>),
    /// Reported already.
    Bad,
}

enum ItemBody<'i> {
    Value(Pair<'i>),
    /// `- key: value`: the first line of an object. The column is the key's.
    Entry(Key, Option<Pair<'i>>, u32),
}

struct Line<'i> {
    row: Row<'i>,
    span: Span,
    column: u32,
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
    pub(super) fn block<'i>(&mut self, pairs: impl Iterator<Item = Pair<'i>>) -> Vec<Statement> {
        let mut lines = Vec::new();
        for pair in pairs {
            let span = self.span(&pair);
            if pair.as_str().starts_with("```") {
                self.report(fence(span, pair.as_str()));
                // What stands behind it is prose.
                break;
            }
            let column = self.column(pair.as_span().start());
            if let Some(row) = self.row(pair) {
                lines.push(Line { row, span, column });
            }
        }
        self.statements(&mut lines.into_iter().peekable(), Until::End)
    }

    fn row<'i>(&mut self, pair: Pair<'i>) -> Option<Row<'i>> {
        let span = self.span(&pair);
        let text = pair.as_str();
        let rule = pair.as_rule();
        Some(match rule {
            Rule::section => match pair.into_inner().next() {
                Some(path) => Row::Section(self.key(path)),
                None => Row::Bad,
            },
            Rule::entry | Rule::inner_entry => {
                let mut inner = pair.into_inner();
                let key = inner.next()?;
                let key = self.key(key);
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
                let inner = pair.into_inner().next();
                if let Some(inner) = &inner {
                    let content = self.span(inner).start;
                    self.note_gap(span.start, content, "- ");
                }
                Row::Item(inner.and_then(|inner| self.item(inner)))
            }
            Rule::directive => {
                self.closed_block(pair.clone());
                Row::Directive(pair.into_inner().next()?)
            }
            Rule::bad_block => {
                self.closed_block(pair);
                self.report(code_block(span, text));
                Row::Bad
            }
            Rule::bad_section => {
                self.report(bad_section(span, text));
                Row::Bad
            }
            Rule::bad_line | Rule::bad_member => match lone_value(&pair) {
                Some(value) => Row::Directive(value),
                None => {
                    let diagnostic = self.opened_in_comment(bad_line(span, text));
                    self.report(diagnostic);
                    Row::Bad
                }
            },
            Rule::stray => {
                self.report(stray(span, text.trim_end()));
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
        let column = self.column(inner.as_span().start());
        let mut inner = inner.into_inner();
        let key = self.key(inner.next()?);
        let value = inner.next();
        let place = value.as_ref().map(|value| self.span(value));
        self.note_separator(key.span, place);
        Some(ItemBody::Entry(key, value, column))
    }

    fn statements(&mut self, lines: &mut Lines<'_>, until: Until) -> Vec<Statement> {
        let mut statements = Vec::new();
        while let Some(line) = lines.peek() {
            match (&line.row, until) {
                (Row::Section(_), Until::Angle | Until::Column(_)) => break,
                (Row::CloseAngle, Until::Angle | Until::Column(_)) => break,
                (_, Until::Column(column)) if line.column < column => break,
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
            && line.column > column
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
                let value = self.entry_value(&key, value, line.column, line.span, lines);
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
            Row::Directive(pair) => Some(Statement::Directive(match pair.as_rule() {
                Rule::value | Rule::inner => self.value(pair),
                _ => self.operand(pair),
            })),
            Row::Bad => None,
        }
    }

    fn entry_value(
        &mut self,
        key: &Key,
        value: Option<Pair<'_>>,
        column: u32,
        line: Span,
        lines: &mut Lines<'_>,
    ) -> Expr {
        match value {
            Some(pair) if matches!(pair.as_rule(), Rule::value | Rule::inner) => self.value(pair),
            Some(pair) => self.operand(pair),
            None => self.indented(key, column, line, lines),
        }
    }

    /// The block under `key:`.
    fn indented(&mut self, key: &Key, column: u32, line: Span, lines: &mut Lines<'_>) -> Expr {
        let inner = match lines.peek() {
            Some(next) if matches!(next.row, Row::Item(_)) && next.column >= column => next.column,
            Some(next) if next.column > column && !matches!(next.row, Row::Section(_) | Row::CloseAngle) => next.column,
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
            while lines.next_if(|line| line.column >= column).is_some() {}
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
        while let Some(line) = lines.next_if(|line| line.column >= column && matches!(line.row, Row::Item(_))) {
            *end = line.span;
            self.note_start(line.span);
            let Row::Item(body) = line.row else { continue };
            let item = match body {
                Some(ItemBody::Value(value)) => self.list_word(value),
                Some(ItemBody::Entry(key, value, key_column)) => {
                    let start = key.span;
                    let statements = self.indent(2, |this| {
                        let value = this.entry_value(&key, value, key_column, line.span, lines);
                        let mut statements = vec![Statement::Entry(key, value)];
                        statements.extend(this.statements(lines, Until::Column(key_column)));
                        statements
                    });
                    let last = statements.last().map_or(start, statement_end);
                    Expr {
                        kind: ExprKind::Object(statements),
                        span: start.to(last),
                    }
                }
                None => match lines.peek() {
                    Some(next)
                        if next.column > line.column && !matches!(next.row, Row::Section(_) | Row::CloseAngle) =>
                    {
                        let column = next.column;
                        self.block_at(column, line.span, lines)
                    }
                    _ => Expr {
                        kind: ExprKind::Null,
                        span: line.span,
                    },
                },
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

/// A value that stands alone and says so by an operator: `a == b ? c : d`, `php(x)`.
fn lone_value<'i>(pair: &Pair<'i>) -> Option<Pair<'i>> {
    let value = pair.clone().into_inner().next()?;
    let mut trees = value.clone().into_inner();
    let first = trees.next()?;
    let is_value = match trees.next() {
        None => matches!(first.as_rule(), Rule::code_call | Rule::global_path),
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
    let whole = inside.split(']').next().unwrap_or_default().trim();
    let name = match name.as_str() {
        _ if text.contains(']') && whole.len() > name.len() && !whole.contains(['"', '\'', '[', ',']) => {
            format!("\"{whole}\"")
        }
        "" => "name".to_owned(),
        _ => name,
    };
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
    Diagnostic::error("missing-colon", format!("`{word}` is followed by neither `:` nor `=`"))
        .at(line)
        .label("a key and its value have `:` or `=` between them")
        .help(entry_instead(&word, &first[word.len()..]))
}

/// How a line that begins with this word may have been meant.
fn entry_instead(word: &str, rest: &str) -> String {
    let is_key = word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && !word.ends_with(['.', '-']);
    let rest = rest.trim_start();
    let arrow = rest.strip_prefix("=>").or_else(|| rest.strip_prefix("->"));
    let value = arrow.unwrap_or(rest).trim_start();
    if !is_key || value.split_whitespace().count() > 3 {
        return "a line is `key: value`, `[section]`, or a comment after `#`".to_owned();
    }
    match (word, value) {
        (_, "") => format!("write `{word}: value`"),
        ("export" | "set" | "let" | "const" | "var", _) => format!("write `{value}`"),
        _ => format!("write `{word}: {value}`"),
    }
}
