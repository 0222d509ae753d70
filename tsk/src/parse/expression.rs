//! Rows of operands and operators to expressions.

use super::syntax::{Binary, Expr, ExprKind, Unary};
use crate::{diagnostic::Diagnostic, limits, span::Span};

#[derive(Debug)]
pub(super) enum Token {
    Operand(Expr),
    Operator(&'static str, Span),
    /// Stands in no expression.
    Other(Span),
}

impl Token {
    pub(super) fn span(&self) -> Span {
        match self {
            Self::Operand(expr) => expr.span,
            Self::Operator(_, span) | Self::Other(span) => *span,
        }
    }
}

/// The whole row as one expression.
pub(super) fn read(tokens: Vec<Token>) -> Result<Expr, Diagnostic> {
    let end = tokens.last().map_or(Span::default(), Token::span);
    let operators = tokens
        .iter()
        .filter(|token| matches!(token, Token::Operator(..)))
        .count();
    if operators > limits::OPERATORS {
        return Err(Diagnostic::error(
            "long-expression",
            format!("an expression has at most {} operators", limits::OPERATORS),
        )
        .at(end)
        .label("this one has more")
        .help("give parts of it keys of their own"));
    }
    let mut row = Row {
        tokens: merge_names(tokens).into_iter().peekable(),
        end,
    };
    let expr = row.choice()?;
    match row.tokens.next() {
        None => Ok(expr),
        Some(token) => Err(unexpected(&token)),
    }
}

/// `x-request-id` is one name: `-` subtracts names only between spaces.
fn merge_names(tokens: Vec<Token>) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        if let Token::Operator("-", minus) = token
            && let Some(Token::Operand(Expr {
                kind: ExprKind::Word(left),
                span: left_span,
            })) = out.last_mut()
            && left_span.end == minus.start
            && let Some(Token::Operand(Expr {
                kind: ExprKind::Word(right),
                span: right_span,
            })) = tokens.peek()
            && right_span.start == minus.end
        {
            left.push('-');
            left.push_str(right);
            left_span.end = right_span.end;
            tokens.next();
        } else {
            out.push(token);
        }
    }
    out
}

fn unexpected(token: &Token) -> Diagnostic {
    let span = token.span();
    match token {
        Token::Operand(_) => Diagnostic::error("missing-operator", "a value follows a value")
            .at(span)
            .label("an operator or a comma belongs before this")
            .help("write `+` between them to join text, or put the whole text in quotes"),
        Token::Operator(symbol, _) => {
            Diagnostic::error("misplaced-operator", format!("`{symbol}` is not expected here"))
                .at(span)
                .label("no value before or after it")
                .help(match *symbol {
                    "?" => "write `condition ? value : other value`, or `value || default`",
                    "/" => "put text in quotes: \"…\"; a comment behind a value starts with `#`",
                    _ => "put text in quotes: \"…\"",
                })
        }
        Token::Other(_) => Diagnostic::error("unexpected-text", "this is no part of a value")
            .at(span)
            .label("not expected here")
            .help("put text in quotes: \"…\""),
    }
}

struct Row {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
    end: Span,
}

impl Row {
    fn choice(&mut self) -> Result<Expr, Diagnostic> {
        let condition = self.binary(1)?;
        let Some(Token::Operator("?", mark)) = self.tokens.peek() else {
            return Ok(condition);
        };
        let mark = *mark;
        self.tokens.next();
        let yes = self.choice()?;
        match self.tokens.next() {
            Some(Token::Operator(":", _)) => {}
            other => {
                return Err(
                    Diagnostic::error("missing-else", "`condition ? value` lacks its `: value`")
                        .at(other.as_ref().map_or(self.end, Token::span))
                        .label("`:` belongs here")
                        .related(mark, "belongs to this")
                        .help("write `condition ? value : other value`"),
                );
            }
        }
        let no = self.choice()?;
        let span = condition.span.to(no.span);
        Ok(Expr {
            kind: ExprKind::Choice(Box::new([condition, yes, no])),
            span,
        })
    }

    fn binary(&mut self, weakest: u8) -> Result<Expr, Diagnostic> {
        let mut left = self.unary()?;
        while let Some(Token::Operator(symbol, _)) = self.tokens.peek() {
            let Some(operator) = Binary::from_symbol(symbol).filter(|op| op.precedence() >= weakest) else {
                break;
            };
            self.tokens.next();
            let right = self.binary(operator.precedence() + 1)?;
            let span = left.span.to(right.span);
            left = Expr {
                kind: ExprKind::Binary(operator, Box::new(left), Box::new(right)),
                span,
            };
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Expr, Diagnostic> {
        match self.tokens.next() {
            Some(Token::Operand(expr)) => Ok(expr),
            Some(Token::Operator("!", span)) => self.prefixed(Unary::Not, span),
            Some(Token::Operator("-", span)) => self.prefixed(Unary::Minus, span),
            Some(token) => Err(unexpected(&token)),
            None => Err(
                Diagnostic::error("missing-operand", "the expression ends behind an operator")
                    .at(self.end)
                    .label("a value belongs behind this")
                    .help("add the value, or put text in quotes"),
            ),
        }
    }

    fn prefixed(&mut self, operator: Unary, at: Span) -> Result<Expr, Diagnostic> {
        let operand = self.unary()?;
        let span = at.to(operand.span);
        // -9223372036854775808 has no positive form, so the sign belongs to the number.
        let kind = match (operator, operand.kind) {
            (Unary::Minus, ExprKind::Integer(number)) => ExprKind::Integer(number.wrapping_neg()),
            (Unary::Minus, ExprKind::Float(number)) => ExprKind::Float(-number),
            (_, kind) => ExprKind::Unary(
                operator,
                Box::new(Expr {
                    kind,
                    span: operand.span,
                }),
            ),
        };
        Ok(Expr { kind, span })
    }
}
