//! Parse tree to syntax: values.

use super::{
    builder::Builder,
    expression::{self, Token},
    mistakes::stray,
    syntax::{Expr, ExprKind},
    tree::{Pair, Rule},
};
use crate::{diagnostic::Diagnostic, span::Span};

impl Builder<'_> {
    /// A row of trees: an expression, or plain text.
    pub(super) fn value(&mut self, tree: Pair<'_>) -> Expr {
        let whole = self.span(&tree);
        let mut trees = tree.into_inner();
        if trees.len() == 1
            && let Some(tree) = trees.next()
        {
            return self.single(tree);
        }
        let mut trees: Vec<Pair<'_>> = trees.collect();
        // A `;` may end a statement.
        if trees.len() > 1
            && trees
                .last()
                .is_some_and(|last| matches!(last.as_rule(), Rule::other | Rule::inner_other) && last.as_str() == ";")
        {
            trees.pop();
        }
        let span = match (trees.first(), trees.last()) {
            (Some(first), Some(last)) => self.span(first).to(self.span(last)),
            _ => whole,
        };
        if trees.len() == 1
            && let Some(tree) = trees.pop()
        {
            return self.single(tree);
        }
        if let Some(range) = self.range(&trees) {
            return Expr { kind: range, span };
        }
        let firm = trees.first().is_some_and(is_firm);
        let plain = !firm && is_plain(&trees);
        let counted = is_unfinished_sum(&trees);
        let before = self.diagnostics.len();
        let mark = self.mark();
        let tokens: Vec<Token> = trees.into_iter().map(|tree| self.token(tree)).collect();
        let kind = match (plain, expression::read(tokens)) {
            (false, Ok(expr)) if firm => return expr,
            (false, Ok(expr)) => ExprKind::Phrase(Some(Box::new(expr))),
            (false, Err(diagnostic)) if firm => {
                // What is wrong inside explains what is wrong outside.
                if self.diagnostics.len() == before {
                    self.report(diagnostic);
                }
                ExprKind::Bad
            }
            (false, Err(diagnostic)) if counted && diagnostic.code == "missing-operand" => {
                self.report(diagnostic);
                ExprKind::Bad
            }
            _ => {
                self.diagnostics.truncate(before);
                self.forget(mark);
                self.phrase(span)
            }
        };
        Expr { kind, span }
    }

    pub(super) fn phrase(&mut self, span: Span) -> ExprKind {
        let text = self.slice(span);
        let Some(end) = text.find('\n') else {
            return ExprKind::Phrase(None);
        };
        let line = Span {
            end: span.start + text[..end].trim_end().len() as u32,
            ..span
        };
        self.report(
            Diagnostic::error(
                "open-text",
                "this text has a bracket or quote that its line does not close",
            )
            .at(line)
            .label("goes on over the next lines")
            .help("put the text in quotes: \"…\""),
        );
        ExprKind::Bad
    }

    /// `8000-9000`, without spaces.
    pub(super) fn range(&self, trees: &[Pair<'_>]) -> Option<ExprKind> {
        let [from, minus, to] = trees else {
            return None;
        };
        let tight = touches(from, minus) && touches(minus, to);
        if minus.as_str() != "-" || !tight || from.as_rule() != Rule::number || to.as_rule() != Rule::number {
            return None;
        }
        Some(ExprKind::Range(from.as_str().parse().ok()?, to.as_str().parse().ok()?))
    }

    pub(super) fn token(&mut self, tree: Pair<'_>) -> Token {
        let span = self.span(&tree);
        match tree.as_rule() {
            Rule::operator => match operator(tree.as_str().trim_end()) {
                Some(symbol) => Token::Operator(symbol, span),
                None => Token::Other(span),
            },
            Rule::other | Rule::inner_other | Rule::hash => Token::Other(span),
            _ => Token::Operand(self.operand(tree)),
        }
    }

    /// A tree that is a whole value.
    pub(super) fn single(&mut self, tree: Pair<'_>) -> Expr {
        let span = self.span(&tree);
        match tree.as_rule() {
            Rule::operator | Rule::other | Rule::inner_other | Rule::hash => {
                if tree.as_str().starts_with(['*', '/', '~', '-', '+', '.', '<', '>']) {
                    return Expr {
                        kind: ExprKind::Phrase(None),
                        span,
                    };
                }
                self.report(stray(span, tree.as_str().trim_end()));
                Expr {
                    kind: ExprKind::Bad,
                    span,
                }
            }
            _ => self.operand(tree),
        }
    }

    pub(super) fn operand(&mut self, tree: Pair<'_>) -> Expr {
        let span = self.span(&tree);
        let kind = match tree.as_rule() {
            Rule::number => self.number(tree.as_str(), span),
            Rule::word | Rule::odd_word => word(tree.as_str()),
            Rule::global => ExprKind::Global(tree.as_str()[1..].to_owned()),
            Rule::array => self.array(tree),
            Rule::object => self.object(tree),
            Rule::parens => return self.parens(tree),
            Rule::call => self.call(tree),
            Rule::include => self.include(tree),
            Rule::code_call => self.code(tree),
            Rule::arrow => {
                self.closed_block(tree);
                ExprKind::Code("=>".to_owned())
            }
            Rule::heredoc => self.heredoc(tree),
            Rule::text | Rule::inner_text | Rule::quoted => ExprKind::Text(self.quoted(&tree)),
            _ => ExprKind::Bad,
        };
        Expr { kind, span }
    }

    pub(super) fn number(&mut self, text: &str, span: Span) -> ExprKind {
        if text.len() > 1 && text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit()) {
            return ExprKind::Word(text.to_owned());
        }
        if text.contains(['.', 'e', 'E']) {
            let number: f64 = text.parse().unwrap_or(f64::INFINITY);
            if number.is_finite() {
                return ExprKind::Float(number);
            }
        } else if let Ok(number) = text.parse() {
            return ExprKind::Integer(number);
        } else if text == "9223372036854775808" && self.text[..(span.start - self.base) as usize].ends_with('-') {
            return ExprKind::Integer(i64::MIN);
        }
        self.report(
            Diagnostic::error("number-range", format!("`{text}` is out of range"))
                .at(span)
                .label("integers go from -9223372036854775808 to 9223372036854775807")
                .help(format!("write \"{text}\" to keep it as text")),
        );
        ExprKind::Bad
    }
}

/// What starts a value that is no bare text.
fn is_firm(tree: &Pair<'_>) -> bool {
    !matches!(
        tree.as_rule(),
        Rule::word
            | Rule::odd_word
            | Rule::number
            | Rule::operator
            | Rule::other
            | Rule::inner_other
            | Rule::hash
            | Rule::code_call
    )
}

/// Without any space, `/`, `:` and a chain of `-` make text: `2024-01-15`, `a/b`, `host:80`.
fn is_plain(trees: &[Pair<'_>]) -> bool {
    let tight = trees.array_windows().all(|[one, next]| touches(one, next));
    let bare = trees.iter().all(|tree| !is_firm(tree));
    let quotient = matches!(trees, [one, _, other] if one.as_rule() == Rule::number && other.as_rule() == Rule::number);
    let sign = matches!(trees, [one, _] if one.as_str() == "-");
    let joins = trees.iter().any(|tree| matches!(tree.as_str(), "/" | ":" | "-"));
    tight && bare && joins && !quotient && !sign && !trees.iter().any(|tree| matches!(tree.as_str(), "?" | "+" | "*"))
}

/// `1 +`: numbers and operators between spaces, with the last number missing.
fn is_unfinished_sum(trees: &[Pair<'_>]) -> bool {
    let [.., before, last] = trees else { return false };
    let sum =
        |tree: &Pair<'_>| tree.as_rule() == Rule::operator && !matches!(tree.as_str().trim_end(), "%" | "?" | ":");
    trees.first().is_some_and(|tree| tree.as_rule() == Rule::number)
        && trees
            .iter()
            .all(|tree| matches!(tree.as_rule(), Rule::number | Rule::operator) || is_firm(tree))
        && sum(last)
        && !touches(before, last)
}

fn operator(text: &str) -> Option<&'static str> {
    const OPERATORS: [&str; 16] = [
        "==", "!=", "<=", ">=", "&&", "||", "+", "-", "*", "/", "%", "<", ">", "!", "?", ":",
    ];
    // In brackets, an operator's text holds the line break and comment behind it.
    OPERATORS.into_iter().find(|operator| text.starts_with(operator))
}

fn word(text: &str) -> ExprKind {
    match text {
        "true" => ExprKind::Bool(true),
        "false" => ExprKind::Bool(false),
        "null" => ExprKind::Null,
        _ => ExprKind::Word(text.to_owned()),
    }
}

fn touches(one: &Pair<'_>, next: &Pair<'_>) -> bool {
    one.as_span().end() == next.as_span().start()
}
