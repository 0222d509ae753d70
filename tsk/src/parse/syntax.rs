//! What the parser gives: keys, expressions, members.

use crate::span::Span;

/// A statement as it is written; nothing is looked up or computed yet.
#[derive(Clone, Debug)]
pub(crate) enum Statement {
    /// `[a.b]`
    Section(Key),
    /// `key: value` in all its forms.
    Entry(Key, Expr),
    /// `@include "x.tsk"`, or another call that stands alone.
    Directive(Expr),
}

#[derive(Clone, Debug)]
pub(crate) struct Key {
    /// `a.b` has two parts, `"a.b"` has one.
    pub(crate) parts: Vec<String>,
    /// `$name`
    pub(crate) global: bool,
    pub(crate) span: Span,
}

impl Key {
    /// A key that holds code.
    pub(crate) fn is_fujsen(&self) -> bool {
        let last = self.parts.last().map_or("", String::as_str);
        !self.global && (last == "fujsen" || last.ends_with("_fujsen"))
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Expr {
    pub(crate) kind: ExprKind,
    pub(crate) span: Span,
}

#[derive(Clone, Debug)]
pub(crate) enum ExprKind {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(Text),
    /// A lone bare word: a reference or a string.
    Word(String),
    Global(String),
    Array(Vec<Expr>),
    Object(Vec<Statement>),
    Call(Call),
    /// `php(…)`, `(a) => { … }`: code of some other language.
    Code(String),
    /// `<<<HTML … HTML`: what stands between.
    Heredoc(Span),
    Unary(Unary, Box<Expr>),
    Binary(Binary, Box<Expr>, Box<Expr>),
    /// `condition ? yes : no`
    Choice(Box<[Expr; 3]>),
    Range(i64, i64),
    /// Bare text of several parts, and how it reads as an expression if it does.
    Phrase(Option<Box<Expr>>),
    /// What could not be read, and was reported.
    Bad,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Text {
    pub(crate) style: Style,
    /// What stands between the quotes.
    pub(crate) content: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// `"…"`
    Double,
    /// `'…'`
    Single,
    /// `"""…"""` and `'''…'''`
    Triple,
}

/// `@name(arguments).member(arguments)…`
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// `env`, `env.secure`, `config.tsk.get`
    pub(crate) name: String,
    pub(crate) name_span: Span,
    /// Absent in `@env.X`.
    pub(crate) arguments: Option<Vec<Expr>>,
    /// What follows the first arguments.
    pub(crate) members: Vec<Member>,
}

#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unary {
    Not,
    Minus,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Binary {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Binary {
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Or => "||",
            Self::And => "&&",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
        }
    }

    pub(crate) fn from_symbol(symbol: &str) -> Option<Self> {
        Some(match symbol {
            "||" => Self::Or,
            "&&" => Self::And,
            "==" => Self::Equal,
            "!=" => Self::NotEqual,
            "<" => Self::Less,
            "<=" => Self::LessOrEqual,
            ">" => Self::Greater,
            ">=" => Self::GreaterOrEqual,
            "+" => Self::Add,
            "-" => Self::Subtract,
            "*" => Self::Multiply,
            "/" => Self::Divide,
            "%" => Self::Remainder,
            _ => return None,
        })
    }

    /// A higher number binds tighter.
    pub(crate) fn precedence(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Equal | Self::NotEqual => 3,
            Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual => 4,
            Self::Add | Self::Subtract => 5,
            Self::Multiply | Self::Divide | Self::Remainder => 6,
        }
    }
}
